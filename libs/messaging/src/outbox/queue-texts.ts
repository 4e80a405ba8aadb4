import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { OutgoingMessages, type QueueText } from '#chats';
import type { Tx } from '#database';
import { type MessageContent, MessengerRegistry } from '#messenger-kit';
import { MessagingOptions } from '../messaging-options.js';
import { partsOf, wordsOf } from './answer.js';
import { LanesRepository } from './lanes.repository.js';
import { allowedNow } from './send-policy.js';

/** Makes messages of what queues say by themselves: nobody is there to hear of a refusal, and no chat is too closed for it. */
@Injectable()
export class QueueTexts {
  constructor(
    private readonly messages: OutgoingMessages,
    private readonly lanes: LanesRepository,
    private readonly messengers: MessengerRegistry,
    private readonly options: MessagingOptions,
  ) {}

  /** Answers the sentence why it is not sent, where it is not. The deliverer is to be woken after the commit. */
  async queue(tx: Tx, text: QueueText): Promise<string | undefined> {
    const parts = this.partsFor(text);
    if (typeof parts === 'string') return parts;
    await this.messages.enqueueOfQueue(tx, text.chat, parts);
    await this.lanes.extend(tx, text.chat.id, text.chat.channelId);
    return undefined;
  }

  private partsFor({ chat, text, dueAt, standby }: QueueText): MessageContent[] | string {
    if (Date.now() - dueAt.getTime() > this.options.expireAfterMs) return 'Its time is over.';
    if (standby) return 'Another system has this conversation.';
    if (!text.trim()) return 'No name was known for it.';
    try {
      const messenger = this.messengers.require(chat.messenger);
      return partsOf(messenger.outcome, allowedNow(messenger, { ...chat, authorKind: 'bot' }), wordsOf({ text }));
    } catch (error) {
      if (error instanceof Problem) return error.detail;
      throw error;
    }
  }
}
