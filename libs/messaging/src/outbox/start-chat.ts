import { Injectable } from '@nestjs/common';
import { Idempotency, type OnceAnswer } from '#api-kit';
import { ChatStarts, ChatViews } from '#chats';
import { Database, type Tx } from '#database';
import { type Caller, callerKey, requireUser } from '#identity';
import { toQueuedMessages } from '../message.dto.js';
import { refuseSilence } from './answer.js';
import { Outbox } from './outbox.js';
import type { StartChatBody, StartedChatDto } from './start-chat.dto.js';

/** One of ours writes first. */
@Injectable()
export class StartChat {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly starts: ChatStarts,
    private readonly outbox: Outbox,
    private readonly views: ChatViews,
  ) {}

  /**
   * Opens a chat that the caller holds, and queues its first message: both or neither, in one transaction. Problems as of
   * `ChatStarts.start` and `Outbox.accept`.
   */
  async startChat(caller: Caller, request: StartChatBody, key?: string): Promise<OnceAnswer<StartedChatDto>> {
    requireUser(caller);
    refuseSilence(request);
    const once = { caller: callerKey(caller), route: 'POST /v1/chats', key, request };
    const answer = await this.database.transaction((tx) =>
      this.idempotency.once(tx, once, async () => ({ status: 201, body: await this.start(tx, caller, request) })),
    );
    this.outbox.wake();
    return answer;
  }

  private async start(
    tx: Tx,
    caller: Caller,
    { channelId, identityId, ...answer }: StartChatBody,
  ): Promise<StartedChatDto> {
    const chatId = await this.starts.start(tx, caller, { channelId, identityId });
    const queued = await this.outbox.queue(tx, caller, chatId, answer);
    return { chat: await this.views.get(caller, chatId, tx), messages: toQueuedMessages(queued) };
  }
}
