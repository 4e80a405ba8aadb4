import type { ChannelAccount, Recipient } from './account.js';
import type { RequestVerdict, SendVerdict } from './verdict.js';
import type { AttachmentType, MessageContent } from '../unified-message.js';

/** A file of ours on its way out. */
export interface OutgoingFile {
  readonly type: AttachmentType;
  readonly name: string;
  readonly mimeType: string;
  readonly size: number;
  /**
   * An address under our public one that opens the content for a year without further proof, for networks that take files by
   * address only. Its path ends with the file's name; it is https where the public address is.
   */
  readonly link: string;
  read(): Promise<Buffer>;
}

export interface OutgoingMessage {
  /** Our message id. Goes along as metadata where the messenger echoes it. */
  readonly id: string;
  readonly content: MessageContent;
  /** The content of each of `content.attachments`, in their order. */
  readonly files: readonly OutgoingFile[];
}

export interface SendContext {
  readonly account: ChannelAccount;
  readonly recipient: Recipient;
  /** When the contact last wrote, by the messenger's clock. */
  readonly lastInboundAt?: Date;
  /** The messenger's id of what they wrote last, for `typing` and `markSeen`, where it gave one. */
  readonly lastInboundId?: string;
  /** Whether a person answers, not a program: some messengers allow people more. */
  readonly human: boolean;
  /** Ends the call: sooner than the caller's lease. */
  readonly signal: AbortSignal;
}

/** What a messenger can carry outward at all. The first five are kinds of content. */
export const POWERS = [
  'text',
  'image',
  'video',
  'audio',
  'file',
  'choices',
  'reply',
  'edit',
  'delete',
  'react',
  'typing',
  'mark_seen',
] as const;
export type Power = (typeof POWERS)[number];

/** What of a content cannot be sent, known before the network is asked. */
export interface Refusal {
  /** A stable snake_case word. */
  readonly code: string;
  readonly sentence: string;
}

/** How fast a network lets itself be called. */
export interface Pace {
  /** Calls a second on one channel. */
  readonly perSecond: number;
  /** Calls a second to one person, and how many may come at once after a silence. */
  readonly perRecipient: { readonly perSecond: number; readonly burst: number };
}

/** What may be sent into a chat now. */
export interface SendPolicy {
  readonly allowed: boolean;
  /** Until when this holds; null = no end known. */
  readonly until: Date | null;
  /** Why not, in a sentence a person understands; null when allowed. */
  readonly reason: string | null;
  /** What may be sent and done now, of the messenger's powers. */
  readonly kinds: readonly Power[];
  /** The tag the messenger will be given, where one is needed. */
  readonly tag: string | null;
}

export interface PolicyContext {
  readonly lastInboundAt?: Date;
  readonly now: Date;
  readonly human: boolean;
}

/**
 * Unified → the network. Each call resolves with the network's verdict and rejects with `NotAskedError` when the network surely
 * was not asked (name not resolved, connection refused), so that the caller may try again. Of whatever else it rejects with nobody
 * can tell what was done. Optional members go with `powers`.
 */
export interface OutcomeMessageWorker {
  readonly powers: readonly Power[];
  readonly pace: Pace;
  /** How long a text may be, in UTF-16 units. */
  readonly maxTextLength: number;
  /** Whether what we send comes back with our id, in an echo or a receipt that proves it: then an unknown fate is waited for. */
  readonly echoes?: boolean;
  /**
   * How long the network knows what it took by `OutgoingMessage.id`: sent again within that time, a message is not doubled. An
   * unknown fate is then found out by sending once more, and left to a person only where that does not help. Absent = it never is.
   */
  readonly repeatableForMs?: number;
  /**
   * One message of what `expand` gives, one call. Where a file is uploaded before, what goes wrong there leaves nothing unknown: the
   * message was not sent.
   */
  send(message: OutgoingMessage, context: SendContext): Promise<SendVerdict>;
  /** What may be sent now. Pure. */
  policy(context: PolicyContext): SendPolicy;
  /** Splits what the network takes only in several calls; each part becomes a message of its own. Pure. */
  expand(content: MessageContent): MessageContent[];
  /** Why the network would not take this part: too long, too large, too many, a kind it has not. Pure. */
  refusal(content: MessageContent): Refusal | undefined;
  edit?(externalId: string, content: MessageContent, context: SendContext): Promise<RequestVerdict>;
  delete?(externalId: string, context: SendContext): Promise<RequestVerdict>;
  /** Without an emoji our reaction is taken back. */
  react?(externalId: string, emoji: string | undefined, context: SendContext): Promise<RequestVerdict>;
  /** Shows that somebody is writing, for a few seconds. */
  typing?(context: SendContext): Promise<RequestVerdict>;
  /** Shows the person that their messages were seen. */
  markSeen?(context: SendContext): Promise<RequestVerdict>;
  /** Tells the network that an inbound message was noticed; `token` is its `acknowledge`. */
  acknowledge?(token: string, context: Pick<SendContext, 'account' | 'signal'>): Promise<RequestVerdict>;
}
