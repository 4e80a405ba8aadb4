import type { ConversationKey } from './conversations.js';
import type { NewFile } from './files.js';
import type { MessengerKey, SentEvent } from './ledger.js';

/** Who speaks with whom. `account`: bot id or Page id. `person`: a handle; one never seen before becomes a person of that name. */
export interface Speaking {
  readonly messenger: MessengerKey;
  readonly account: string;
  readonly person: string;
}

interface Said extends Speaking {
  /** Id of the message this one quotes. */
  readonly replyTo?: string;
  /** The messenger's clock, ms; default now. */
  readonly at?: number;
}

export interface Writing extends Said {
  readonly text: string;
}

export interface Pressing extends Speaking {
  /** The message with the button; default the newest one that has it. */
  readonly messageId?: string;
  readonly title: string;
  readonly payload: string;
  /** What kind of button it was; default what the message says, else a quick reply. Facebook only. */
  readonly as?: 'quick_reply' | 'postback';
}

export interface SendingFile extends Said, NewFile {
  /** Telegram only: Facebook has no captions. */
  readonly caption?: string;
  /** Seconds, of something that plays. */
  readonly duration?: number;
}

export interface SendingAlbum extends Speaking {
  readonly files: readonly NewFile[];
  readonly caption?: string;
}

export interface SendingLocation extends Said {
  readonly latitude: number;
  readonly longitude: number;
  /** With a title Telegram makes it a venue. */
  readonly title?: string;
  readonly address?: string;
}

export interface SendingContact extends Said {
  readonly name: string;
  readonly phone: string;
  /** The person's own number. */
  readonly own?: boolean;
}

/** Anything else: members of the messenger's own message object, e.g. `{ dice: { emoji: '🎳', value: 5 } }`. */
export interface SendingContent extends Said {
  readonly content: Readonly<Record<string, unknown>>;
  readonly text?: string;
}

export interface Editing extends Speaking {
  /** Default the person's newest message. */
  readonly messageId?: string;
  readonly text: string;
  readonly at?: number;
}

export interface Deleting extends Speaking {
  /** Default the person's newest message. */
  readonly messageId?: string;
}

export interface Reacting extends Speaking {
  /** Default the business's newest message. */
  readonly messageId?: string;
  /** All reactions the person has on it from now on; none = taken back. Facebook knows one only. */
  readonly emojis: readonly string[];
}

export interface Starting extends Speaking {
  /** What the link carried that brought them. */
  readonly ref?: string;
}

export interface Reading extends Speaking {
  /** Everything up to this time, ms; default now. */
  readonly at?: number;
}

/** What a person can do on one messenger. Undefined = the messenger tells nobody. */
export interface CustomerSide {
  key(who: Speaking): ConversationKey;
  write(writing: Writing): SentEvent;
  press(pressing: Pressing): SentEvent;
  sendFile(file: SendingFile): SentEvent;
  /** One event per file, or one for all, as the messenger does it. */
  sendAlbum(album: SendingAlbum): SentEvent[];
  sendLocation(location: SendingLocation): SentEvent;
  sendContact(contact: SendingContact): SentEvent;
  sendContent(content: SendingContent): SentEvent;
  edit(editing: Editing): SentEvent;
  delete(deleting: Deleting): SentEvent | undefined;
  react(reacting: Reacting): SentEvent;
  start(starting: Starting): SentEvent;
  /** As if they had written at that time, without any event: the business may write to them. */
  acquaint(who: Speaking, at: number): void;
  block(who: Speaking): SentEvent | undefined;
  unblock(who: Speaking): SentEvent | undefined;
  isBlocking(who: Speaking): boolean;
  /** Reports what came as read, where the messenger has such a report. */
  read(reading: Reading): SentEvent | undefined;
}
