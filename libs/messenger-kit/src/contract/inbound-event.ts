import type { MessageContent, Referral } from '../unified-message.js';

interface EventFrame {
  /** The channel's source this event belongs to; at most 500 bytes. Empty when the call does not tell: no channel's event. */
  readonly source: string;
  /** Deduplication key: the same event has the same key however often and in whatever envelope it comes; at most 500 bytes (`eventKey`). */
  readonly key: string;
}

/** Who wrote; `externalId` has at most 500 bytes. `scope` is the channel's source where the messenger's ids are per account, empty where they are global. */
export interface Sender {
  readonly scope: string;
  readonly externalId: string;
  /** The name, where the event itself carries one. */
  readonly name?: string;
}

/** Somebody outside said something: the only event that opens a chat. */
export interface InboundMessage extends EventFrame {
  readonly kind: 'message';
  readonly sender: Sender;
  /** Unique within the channel; at most 500 bytes. */
  readonly externalId: string;
  /**
   * The messenger's clock. Absent when it did not say, or said nonsense: then the time of receiving counts, as it does
   * for every time of every event that lies after it.
   */
  readonly sentAt?: Date;
  /** How coarse that clock is: the message was sent within so many ms from `sentAt` on. Absent = it is exact. */
  readonly sentWithinMs?: number;
  readonly content: MessageContent;
  /** What `OutcomeMessageWorker.acknowledge` needs, where the messenger waits to hear that this one was noticed. */
  readonly acknowledge?: string;
}

/**
 * What happened to a message. Its `target` is found by `externalId`, in closed chats too, or waited for. Any order and any
 * repetition leads to the same end: the change with the higher `rank` holds, and of two with the same the later `at`.
 */
interface ChangeFrame extends EventFrame {
  readonly target: string;
  /** The messenger's clock; absent where it does not say. */
  readonly at?: Date;
  /** The messenger's own number of the change, where it counts them; else 0. Clocks go wrong, and some are coarse. */
  readonly rank: number;
}

/** The whole new content, by whoever wrote the message. */
export interface EditEvent extends ChangeFrame {
  readonly kind: 'edit';
  /** Who wrote it, where neither id tells: an edit that waits for its message is found by that when a person is erased. */
  readonly by?: Sender;
  readonly content: MessageContent;
  /** Where the messenger tells the new text alone: what else the message holds, its files too, stays as it is. */
  readonly textOnly?: true;
}

/** The message was taken back. Final: no edit brings it back. */
export interface DeletionEvent extends ChangeFrame {
  readonly kind: 'deletion';
}

/** All reactions this person has on the message now; none when they took the last one back. */
export interface ReactionEvent extends ChangeFrame {
  readonly kind: 'reaction';
  /** Who reacted; the account itself where somebody of ours did so elsewhere. */
  readonly by: Sender | 'account';
  readonly emojis: readonly string[];
}

/** What became of messages of ours. Only moves a status forward. */
export interface ReceiptEvent extends EventFrame {
  readonly kind: 'receipt';
  /** `sent`: the messenger has the message, and no more is known; worth nothing without an `ownId`. */
  readonly status: 'sent' | 'delivered' | 'read' | 'failed';
  /** Whose chat it is about; absent where `targets` alone tell. */
  readonly person?: Sender;
  /** The messages, by `externalId`. */
  readonly targets?: readonly string[];
  /** `OutgoingMessage.id` of the one target, where the messenger gives back what we sent along. It is verified before it is believed. */
  readonly ownId?: string;
  /** Everything sent to the person up to this moment, by the messenger's clock. */
  readonly upTo?: Date;
  /** Everything sent to the person up to each of `targets`, too. Needs `person`. */
  readonly upToTargets?: true;
  readonly at?: Date;
  /** Why it failed. */
  readonly failure?: { readonly code: string; readonly sentence: string };
}

/** Something the account itself said: our own message coming back, or one written elsewhere. Opens no chat. */
export interface EchoEvent extends EventFrame {
  readonly kind: 'echo';
  /** To whom it was said. */
  readonly recipient: Sender;
  readonly externalId: string;
  /** `OutgoingMessage.id`, where the messenger gives back what we sent along. It is verified before it is believed. */
  readonly ownId?: string;
  /**
   * The messenger never tells whether it is ours: a message of unknown fate that says the same, and was tried a little earlier,
   * is this one.
   */
  readonly mayBeOurs?: true;
  readonly sentAt?: Date;
  readonly content: MessageContent;
}

/** Something about a person that is no message: a line in their open chat, where they have one. */
export interface NoticeEvent extends EventFrame {
  readonly kind: 'notice';
  readonly person: Sender;
  /** `blocked` and `unblocked` also decide whether an answer may be sent. */
  readonly what: 'blocked' | 'unblocked' | 'referral' | 'opt_in' | 'opt_out' | 'thread_taken' | 'thread_given';
  readonly at?: Date;
  readonly referral?: Referral;
}

/** Something about the account itself that its admin must know. */
export interface AccountEvent extends EventFrame {
  readonly kind: 'account';
  readonly what: 'restricted' | 'unrestricted' | 'warned';
  /** What the messenger says about it, in a sentence a person understands. */
  readonly sentence: string;
}

/** An event that makes no bubble; kept in the ledger with its reason, its raw form stays replayable. */
export interface IgnoredEvent extends EventFrame {
  readonly kind: 'ignored';
  /** A stable snake_case word. */
  readonly reason: string;
}

/** Something authentic that could not be understood at all; goes to quarantine with its raw form. */
export interface MalformedEvent extends EventFrame {
  readonly kind: 'malformed';
  readonly reason: string;
}

/** Events that change something there is already. */
export type ChangeEvent = EditEvent | DeletionEvent | ReactionEvent | ReceiptEvent | EchoEvent | NoticeEvent;

export type InboundEvent = InboundMessage | ChangeEvent | AccountEvent | IgnoredEvent | MalformedEvent;
