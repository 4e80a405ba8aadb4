/** What an attachment is, whatever the messenger calls it. `unsupported` is a placeholder: something came that cannot be shown. */
export const ATTACHMENT_TYPES = [
  'image',
  'video',
  'audio',
  'file',
  'sticker',
  'location',
  'contact',
  'link',
  'share',
  'template',
  'poll',
  'unsupported',
] as const;
export type AttachmentType = (typeof ATTACHMENT_TYPES)[number];

export type MessageDirection = 'inbound' | 'outbound' | 'system';

/** Fate of an outbound message. Receipts only move it forward. */
export const MESSAGE_STATUSES = [
  'queued',
  'sending',
  'sent',
  'delivered',
  'read',
  'failed',
  'expired',
  'unconfirmed',
] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

export interface Attachment {
  readonly type: AttachmentType;
  /** Ours, once there is content to fetch, or content of ours to send: `GET /v1/attachments/{id}`. */
  readonly id?: string;
  readonly name?: string;
  readonly mimeType?: string;
  /** Bytes, as far as the messenger said. */
  readonly size?: number;
  /** How the messenger refers to the content (a file id, a link of its own). Never leaves the server. */
  readonly reference?: string;
  /** Ours, beside `id`: tells the reference again when it comes with an edit, without saying it. */
  readonly mark?: string;
  /** A page to open, http or https only: what a `link` or `share` leads to. Never where the content itself lies. */
  readonly url?: string;
  readonly title?: string;
  readonly location?: Location;
  readonly contact?: SharedContact;
  readonly poll?: { readonly question: string; readonly options: readonly string[] };
  /** Seconds, of something that plays. */
  readonly duration?: number;
  /** A voice message, an animation that loops, a round video: how something plays. */
  readonly form?: 'voice' | 'animation' | 'round';
}

export interface Location {
  readonly latitude: number;
  readonly longitude: number;
  readonly title?: string;
  readonly address?: string;
}

export interface SharedContact {
  readonly name?: string;
  readonly phone?: string;
  readonly email?: string;
}

/** A button or quick reply that is offered. With `url` it opens a page and nothing comes back. */
export interface OfferedChoice {
  readonly title: string;
  /** What comes back when it is pressed; the title where it is absent. */
  readonly payload?: string;
  readonly url?: string;
}

/** One person's reaction to a message. */
export interface Reaction {
  readonly emoji: string;
  readonly by: 'contact' | 'agent' | 'channel';
}

/** A button or quick reply that was pressed. */
export interface Choice {
  readonly title: string;
  readonly payload?: string;
}

/** Where somebody came from: a deep link, an advertisement. */
export interface Referral {
  readonly ref?: string;
  readonly source?: string;
}

/** Something came that cannot be shown. `kind` is the messenger's own word for it; the raw form is kept. */
export interface Unsupported {
  readonly kind: string;
}

/** What a message says, the same for every messenger, in and out. All strings are free of NUL and lone surrogates. */
export interface MessageContent {
  readonly text?: string;
  readonly attachments?: readonly Attachment[];
  /** The messenger's id (`externalId` form) of the message this one answers. May be unknown to us. */
  readonly replyTo?: string;
  /** The words of it that the answer is about, where the person picked some out. */
  readonly quote?: string;
  /** Offered with the message. */
  readonly choices?: readonly OfferedChoice[];
  /** The one that was pressed. */
  readonly choice?: Choice;
  readonly referral?: Referral;
  readonly unsupported?: Unsupported;
  /** Another system had the conversation when this came in: it is shown, and nothing is said to it by itself. */
  readonly standby?: true;
}

/**
 * A message in the one shape of all messengers. As an inbound message arrives it has no chat yet (`chatId` and `seq`
 * are absent); once stored it has both.
 */
export interface UnifiedMessage extends MessageContent {
  readonly id: string;
  /** The messenger's id of the message, unique within its channel. Absent until the messenger gave one. */
  readonly externalId?: string;
  readonly messenger: string;
  readonly channelId: string;
  readonly chatId?: string;
  /** 1, 2, 3 … without gaps within its chat, in the order of arrival. */
  readonly seq?: number;
  readonly direction: MessageDirection;
  readonly author: { readonly kind: 'contact' | 'agent' | 'bot' | 'channel' | 'system'; readonly id?: string };
  /** The messenger's clock. */
  readonly sentAt: Date;
  /** Our clock. */
  readonly receivedAt: Date;
  readonly status?: MessageStatus;
  readonly reactions?: readonly Reaction[];
  readonly editedAt?: Date;
  /** A deleted message keeps its place and loses what it said. */
  readonly deletedAt?: Date;
}
