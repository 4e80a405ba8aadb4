import { Injectable } from '@nestjs/common';
import { Idempotency, Problem, type OnceAnswer } from '#api-kit';
import { OutgoingMessages, type QueuedMessage } from '#chats';
import { Database, type Tx } from '#database';
import type { Caller } from '#identity';
import { cleanText, MessengerRegistry, type Messenger } from '#messenger-kit';
import { Deliverer } from './deliverer.js';
import { LanesRepository } from './lanes.repository.js';

/** What an agent writes. */
export interface AnswerText {
  readonly text: string;
  /** Id of the message in the same chat that is quoted. */
  readonly replyTo?: string;
}

/** Takes answers: the message and the work to deliver it are in one commit. */
@Injectable()
export class Outbox {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly messages: OutgoingMessages,
    private readonly lanes: LanesRepository,
    private readonly messengers: MessengerRegistry,
    private readonly deliverer: Deliverer,
  ) {}

  /**
   * Queues an answer of `caller` into a chat; one message for every call the network needs, each with its own fate.
   * The same `key` with the same answer gives the first result again, shaped by `view`.
   * Throws a Problem: 404 for a chat out of sight, 409 for one that takes no answer from this caller or whose
   * messenger's rules forbid it now, 422 for an empty text, a quote of nothing, or a key used for something else.
   */
  async accept<View>(
    caller: Caller,
    chatId: string,
    request: AnswerText,
    key: string | undefined,
    view: (messages: readonly QueuedMessage[]) => View,
  ): Promise<OnceAnswer<View>> {
    if (!request.text.trim()) throw Problem.invalid('Write something.', [{ pointer: '#/text', detail: 'is empty' }]);
    const route = `POST /v1/chats/${chatId}/messages`;
    const answer = await this.database.transaction((tx) =>
      this.idempotency.once(tx, { caller: `${caller.kind}:${caller.id}`, route, key, request }, async () => ({
        status: 201,
        body: view(await this.queue(tx, caller, chatId, request)),
      })),
    );
    this.deliverer.wake();
    return answer;
  }

  private async queue(tx: Tx, caller: Caller, chatId: string, { text, replyTo }: AnswerText): Promise<QueuedMessage[]> {
    const chat = await this.messages.answerable(tx, caller, chatId);
    const messenger = this.messengers.require(chat.messenger);
    refuseWhatPolicyForbids(messenger, chat.lastInboundAt);
    const content = {
      text: cleanText(text),
      ...(replyTo ? { replyTo: await this.messages.externalIdOf(tx, chatId, replyTo) } : {}),
    };
    const queued = await this.messages.enqueue(tx, chat, caller, messenger.outcome.expand(content));
    await this.lanes.extend(tx, chatId, chat.channelId, queued.at(-1)!.seq);
    return queued;
  }
}

function refuseWhatPolicyForbids(messenger: Messenger, lastInboundAt: Date | null): void {
  const policy = messenger.outcome.policy({ lastInboundAt: lastInboundAt ?? undefined, now: new Date() });
  if (policy.allowed) return;
  throw Problem.conflict('send_not_allowed', policy.reason ?? 'The messenger does not allow an answer now.');
}
