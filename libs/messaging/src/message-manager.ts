import { Injectable } from '@nestjs/common';
import type { IdempotentRequest, OnceAnswer, Page } from '#api-kit';
import { Conversation, type MessageDto, type MessageQuery } from '#chats';
import type { Caller } from '#identity';
import { MessengerRegistry, type ChannelAccount, type WebhookRequest } from '#messenger-kit';
import { Registration, type ChannelOrder, type ChannelView } from '#registration';
import { Inbox } from './inbox/inbox.js';
import { Delivery } from './inbox/parcel.js';
import { toQueuedAnswer, type QueuedAnswerDto } from './message.dto.js';
import { Outbox, type AnswerText } from './outbox/outbox.js';

/** The one place where messages of all messengers come in, go out and are read. */
@Injectable()
export class MessageManager {
  constructor(
    private readonly inbox: Inbox,
    private readonly outbox: Outbox,
    private readonly registration: Registration,
    private readonly conversation: Conversation,
    private readonly messengers: MessengerRegistry,
  ) {}

  /**
   * Takes an authentic raw message of a messenger: its income worker converts it, and the result is committed when
   * this resolves, with how many events there were. Rejects with `InboxUnavailable` when it must be delivered again.
   */
  async receive(messenger: string, request: WebhookRequest, account?: ChannelAccount): Promise<number> {
    const events = this.messengers.require(messenger).income.convert(request, account);
    await this.inbox.take(Delivery.of(messenger, request), events);
    return events.length;
  }

  /** Stores an answer and promises its delivery by the chat's messenger. See `Outbox.accept` for what it refuses. */
  send(caller: Caller, chatId: string, answer: AnswerText, key?: string): Promise<OnceAnswer<QueuedAnswerDto>> {
    return this.outbox.accept(caller, chatId, answer, key, (messages) => toQueuedAnswer(chatId, messages));
  }

  /** Adds a channel through its messenger's registration worker, or repairs the one the account has already. */
  register(order: ChannelOrder, request: IdempotentRequest): Promise<OnceAnswer<ChannelView>> {
    return this.registration.register(order, request);
  }

  /** The messages of one chat as unified messages, page by page. */
  getMessagesByChatId(caller: Caller, chatId: string, query: MessageQuery): Promise<Page<MessageDto>> {
    return this.conversation.getMessagesByChatId(caller, chatId, query);
  }
}
