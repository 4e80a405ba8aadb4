import { Injectable } from '@nestjs/common';
import type { IdempotentRequest, OnceAnswer, Page } from '#api-kit';
import { Conversation, type MessageDto, type MessageQuery } from '#chats';
import type { Caller } from '#identity';
import { MessengerRegistry, type ChannelAccount, type WebhookRequest } from '#messenger-kit';
import { Registration, type ChannelOrder, type RegisteredChannel } from '#registration';
import { Inbox } from './inbox/inbox.js';
import { Delivery } from './inbox/parcel.js';
import { toQueuedAnswer, type QueuedAnswerDto } from './message.dto.js';
import type { Answer } from './outbox/answer.js';
import { Outbox } from './outbox/outbox.js';
import type { ReceivedMessageDto, ReceiveMessageBody } from './unified/unified-message.dto.js';
import { UnifiedIntake } from './unified/unified-intake.js';

/** The one place where messages of all messengers come in, go out and are read. */
@Injectable()
export class MessageManager {
  constructor(
    private readonly inbox: Inbox,
    private readonly outbox: Outbox,
    private readonly registration: Registration,
    private readonly conversation: Conversation,
    private readonly messengers: MessengerRegistry,
    private readonly unified: UnifiedIntake,
  ) {}

  /**
   * Takes an authentic raw message of a messenger: its income worker converts it, and the result is committed when
   * this resolves, with how many events there were. Rejects with `InboxUnavailable` when it must be delivered again.
   */
  receive(messenger: string, request: WebhookRequest, account?: ChannelAccount): Promise<number> {
    const events = this.messengers.require(messenger).income.convert(request, account);
    return this.inbox.take(Delivery.of(messenger, request), events);
  }

  /** Takes a message that is in the unified form already; resolves with what became of it when that is committed. */
  receiveUnified(message: ReceiveMessageBody): Promise<ReceivedMessageDto> {
    return this.unified.receive(message);
  }

  /** Stores an answer and promises its delivery by the chat's messenger. See `Outbox.accept` for what it refuses. */
  send(caller: Caller, chatId: string, answer: Answer, key?: string): Promise<OnceAnswer<QueuedAnswerDto>> {
    return this.outbox.accept(caller, chatId, answer, key, (messages) => toQueuedAnswer(chatId, messages));
  }

  /** Adds a channel through its messenger's registration worker, or repairs the one the account has already. */
  register(order: ChannelOrder, request: IdempotentRequest): Promise<OnceAnswer<RegisteredChannel>> {
    return this.registration.register(order, request);
  }

  /** The messages of one chat as unified messages, page by page. */
  getMessagesByChatId(caller: Caller, chatId: string, query: MessageQuery): Promise<Page<MessageDto>> {
    return this.conversation.getMessagesByChatId(caller, chatId, query);
  }
}
