import type { Rejected, RejectionClass, Unknown } from '#messenger-kit';
import { regainAccessMs, unreadable } from '../answers.js';
import type { GraphAnswer, GraphError } from '../graph-api.js';
import type { Names } from '../names.js';

/** What an error means to whoever sends. */
export interface Meaning {
  readonly class: RejectionClass;
  readonly sentence: string;
  /** At least this long. */
  readonly waitMs?: number;
  readonly wholeChannel?: true;
}

export interface Table {
  /** Said first: a subcode is the exact reason. */
  readonly bySubcode: ReadonlyMap<number, Meaning>;
  readonly byCode: ReadonlyMap<number, Meaning>;
  /** What a transient error means whose code is none of those that pass. */
  readonly busy: Meaning;
  /** Whatever its subcode, a dead token is dead. */
  readonly revoked: Meaning;
}

export const permanent = (sentence: string): Meaning => ({ class: 'permanent', sentence });

/** Refusals of a file that a second try often overcomes: Meta was still busy with it. */
const WORTH_ANOTHER_TRY = new Set([2018047, 2018007, 2018008]);
const TOKEN_DEAD = 190;

/** What refused and unreadable answers to a send mean, in the words of one network. */
export class Meanings {
  constructor(
    readonly names: Names,
    private readonly table: Table,
  ) {}

  isWorthAnotherTry(answer: GraphAnswer): boolean {
    return answer.kind === 'error' && WORTH_ANOTHER_TRY.has(answer.error.subcode ?? 0);
  }

  verdictOf(answer: Exclude<GraphAnswer, { kind: 'ok' }>): Rejected | Unknown {
    if (answer.kind === 'unreadable') return unreadable(answer.status, this.names);
    const { error, headers } = answer;
    const { waitMs = 0, wholeChannel, ...meaning } = this.meaningOf(error);
    const code = error.subcode === undefined ? String(error.code) : `${error.code}/${error.subcode}`;
    const told = regainAccessMs(headers);
    const wait = Math.max(waitMs, told);
    return {
      kind: 'rejected',
      class: meaning.class,
      code,
      sentence: meaning.sentence,
      ...(meaning.class === 'retryAfter' && wait > 0 && { retryAfterMs: wait }),
      // Where Meta tells when the account may call again, it is the account that must wait.
      ...(meaning.class === 'retryAfter' && (wholeChannel || told > 0) && { wholeChannel: true }),
    };
  }

  /** What Meta calls transient passes, unless it is a person's or a window's end. */
  private meaningOf({ code, subcode, isTransient }: GraphError): Meaning {
    const { bySubcode, byCode, busy, revoked } = this.table;
    if (code === TOKEN_DEAD) return revoked;
    const exact = subcode === undefined ? undefined : bySubcode.get(subcode);
    const known = byCode.get(code);
    if (isTransient && (exact === undefined || exact.class === 'permanent')) {
      return known?.class === 'retryAfter' ? known : busy;
    }
    return exact ?? known ?? permanent(`${this.names.network} refused the message (error ${code}).`);
  }
}
