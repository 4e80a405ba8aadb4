import { Injectable } from '@nestjs/common';
import { Idempotency, type OnceAnswer } from '#api-kit';
import { Attachments } from '#attachments';
import { OutgoingMessages, type QueuedMessage } from '#chats';
import { Database, type Tx } from '#database';
import type { Caller } from '#identity';
import { type MessageContent, MessengerRegistry } from '#messenger-kit';
import { type Answer, partsOf, refuseSilence, wordsOf } from './answer.js';
import { Deliverer } from './deliverer.js';
import { LanesRepository } from './lanes.repository.js';
import { allowedNow } from './send-policy.js';

/** Takes answers: the message and the work to deliver it are in one commit. */
@Injectable()
export class Outbox {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly messages: OutgoingMessages,
    private readonly lanes: LanesRepository,
    private readonly attachments: Attachments,
    private readonly messengers: MessengerRegistry,
    private readonly deliverer: Deliverer,
  ) {}

  /**
   * Queues an answer of `caller` into a chat; one message for every call the network needs, each with its own fate.
   * The same `key` with the same answer gives the first result again, shaped by `view`.
   * Throws a Problem: 404 for a chat out of sight, 409 for one that takes no answer from this caller or whose
   * messenger's rules forbid it now, 422 for an empty answer, a quote of nothing, a file that is no unused upload of the
   * caller's, for what the messenger cannot carry, and for a key used for something else.
   */
  async accept<View>(
    caller: Caller,
    chatId: string,
    request: Answer,
    key: string | undefined,
    view: (messages: readonly QueuedMessage[]) => View,
  ): Promise<OnceAnswer<View>> {
    refuseSilence(request);
    const route = `POST /v1/chats/${chatId}/messages`;
    const answer = await this.database.indexed((tx) =>
      this.idempotency.once(tx, { caller: `${caller.kind}:${caller.id}`, route, key, request }, async () => ({
        status: 201,
        body: view(await this.queue(tx, caller, chatId, request)),
      })),
    );
    this.wake();
    return answer;
  }

  /** What is queued is delivered soon. After the commit. */
  wake(): void {
    this.deliverer.wake();
  }

  /** The same as `accept` in the caller's transaction: with Problems as there, and to be woken afterwards. */
  async queue(tx: Tx, caller: Caller, chatId: string, answer: Answer): Promise<QueuedMessage[]> {
    const chat = await this.messages.answerable(tx, caller, chatId);
    const messenger = this.messengers.require(chat.messenger);
    const authorKind = caller.kind === 'user' ? 'agent' : 'bot';
    const policy = allowedNow(messenger, { ...chat, authorKind });
    const parts = partsOf(messenger.outcome, policy, await this.contentOf(tx, caller, chatId, answer));
    // In this order, without waiting for each other's answer.
    const [queued] = await Promise.all([
      this.messages.enqueue(tx, chat, caller, parts),
      this.messages.forgetDraft(tx, caller, chatId, answer),
      this.lanes.extend(tx, chatId, chat.channelId),
    ]);
    return queued;
  }

  private async contentOf(tx: Tx, caller: Caller, chatId: string, answer: Answer): Promise<MessageContent> {
    const { replyTo, attachments = [] } = answer;
    const files = await this.attachments.takeUploads(tx, caller, attachments);
    return {
      ...wordsOf(answer),
      ...(files.length > 0 ? { attachments: files } : {}),
      ...(replyTo ? { replyTo: await this.messages.externalIdOf(tx, chatId, replyTo) } : {}),
    };
  }
}
