export type RejectionClass = 'permanent' | 'reauthorize' | 'retryAfter' | 'windowClosed' | 'blocked';

export interface Rejected {
  readonly kind: 'rejected';
  readonly class: RejectionClass;
  /** The messenger's own code, e.g. `10/2018278` or `403`. */
  readonly code: string;
  /** A sentence a person understands, ours, never the network's raw body. */
  readonly sentence: string;
  /**
   * For `retryAfter`: how long to wait at least, however often that is said. Without it the caller backs off, and gives up
   * after some tries: a limit of the network's names a wait.
   */
  readonly retryAfterMs?: number;
  /** For `retryAfter`: whether the whole channel must wait, or this recipient alone (absent). */
  readonly wholeChannel?: boolean;
}

/** The bytes may have arrived and nobody can tell. Never sent again by itself. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly sentence: string;
}

export type SendVerdict =
  /** `externalIds`: where the network made several of one (an album), all of them, the first one first. */
  | {
      readonly kind: 'sent';
      readonly externalId: string;
      readonly externalIds?: readonly string[];
      readonly sentAt?: Date;
    }
  | Rejected
  | Unknown;

/** What became of a request that makes no message: an edit, a deletion, a reaction. */
export type RequestVerdict = { readonly kind: 'done' } | Rejected | Unknown;
