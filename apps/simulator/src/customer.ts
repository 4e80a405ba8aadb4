import type { ConversationKey } from './conversations.js';
import type { MessengerKey, SentEvent } from './ledger.js';

/** Who speaks with whom. `account`: bot id or Page id. `person`: a handle; one never seen before becomes a person of that name. */
export interface Speaking {
  readonly messenger: MessengerKey;
  readonly account: string;
  readonly person: string;
}

export interface Writing extends Speaking {
  readonly text: string;
  /** Id of the message this one quotes. */
  readonly replyTo?: string;
  /** The messenger's clock, ms; default now. */
  readonly at?: number;
}

export interface Pressing extends Speaking {
  /** The message with the button; default the newest one that has it. */
  readonly messageId?: string;
  readonly title: string;
  readonly payload: string;
}

export interface SendingFile extends Speaking {
  readonly kind: 'image' | 'file';
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
  /** Telegram only: Facebook has no captions. */
  readonly caption?: string;
}

/** What a person can do on one messenger. */
export interface CustomerSide {
  key(who: Speaking): ConversationKey;
  write(writing: Writing): SentEvent;
  press(pressing: Pressing): SentEvent;
  sendFile(file: SendingFile): SentEvent;
  /** As if they had written at that time, without any event: the business may write to them. */
  acquaint(who: Speaking, at: number): void;
  block(who: Speaking): SentEvent | undefined;
  /** Reports everything as read, where the messenger has such a report. */
  read(who: Speaking): SentEvent | undefined;
}
