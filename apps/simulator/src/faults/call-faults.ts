import type { MessengerKey } from '../ledger.js';
import { Rules, type Rule } from './rules.js';

/**
 * What goes wrong with a call. `processed` says whether the messenger did the work all the same; without it: no, but for
 * `truncated` yes.
 */
export type CallEffect =
  | {
      readonly kind: 'delay';
      readonly ms: number;
      /** Work first, only the answer is late. */ readonly processed?: boolean;
    }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly json?: unknown;
      readonly html?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly processed?: boolean;
    }
  /** Too many requests, in the messenger's own form. Seconds. */
  | { readonly kind: 'tooMany'; readonly retryAfter: number }
  /** Refused in the messenger's own form: Telegram's description, Meta's error with its subcode. */
  | { readonly kind: 'refuse'; readonly code: number; readonly subcode?: number; readonly message?: string }
  /** A gateway's HTML page with status 200. */
  | { readonly kind: 'html'; readonly processed?: boolean }
  /** The right answer, cut in the middle of its JSON. */
  | { readonly kind: 'truncated'; readonly processed?: boolean }
  /** The connection is reset: before the work (`processed: false`), or after it, the answer lost. */
  | { readonly kind: 'reset'; readonly processed: boolean }
  /** Never answers. */
  | { readonly kind: 'hang'; readonly processed?: boolean };

/** What a call is about; also the filter of a fault: every member given must be equal (`text`: contained). */
export interface CallDescription {
  readonly messenger: MessengerKey;
  readonly method: string;
  readonly verb: string;
  readonly account?: string;
  readonly personId?: string;
  /** The message it is about: of an edit, a deletion, a reaction. */
  readonly messageId?: string;
  readonly text?: string;
}

export type CallFault = Rule<Partial<CallDescription>, CallEffect>;

export class CallFaults extends Rules<Partial<CallDescription>, CallEffect> {}
