import { OutcomeUnknownError, type SendVerdict } from '#messenger-kit';

interface Failing {
  readonly code: string;
  readonly sentence: string;
}

export type Consequence =
  | { readonly status: 'sent'; readonly externalIds: readonly [string, ...string[]]; readonly sentAt?: Date }
  /** Final as far as the network is concerned: the lane goes on, after the wait for an echo that proves the message. */
  | { readonly status: 'failed' | 'unconfirmed'; readonly failure: Failing; readonly awaitsEcho?: boolean }
  /** The lane waits, the message first in it. */
  | {
      readonly status: 'queued';
      readonly failure: Failing;
      readonly waitMs: number;
      /** Whether this try may have got through: the network knows the message if it comes again. */
      readonly doubtful?: true;
      /** Whether this try counts towards the limit. A messenger that says when to come back is obeyed, not counted. */
      readonly counts?: boolean;
      /** The credentials are no longer accepted: the channel needs its admin. */
      readonly revoked?: boolean;
      /** All lanes of the channel wait. */
      readonly wholeChannel?: boolean;
    };

export type Attempted = { readonly verdict: SendVerdict } | { readonly error: unknown };

/** What is known of a message beside the try itself. */
export interface Circumstances {
  /** Whether an echo may still prove it. */
  readonly echoes?: boolean;
  /** Whether its network would know it again: asking once more doubles nothing. */
  readonly repeatable?: boolean;
  /** Whether an earlier try may have got through. */
  readonly doubtful?: boolean;
}

const TRIES = 12;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 5 * 60_000;
/** Nobody can wait longer than a message lives; more than this is nonsense or an eternity. */
const LONGEST_OBEYED_MS = 7 * 86_400_000;
/** How soon a channel with revoked credentials is looked at again; it is skipped until its health is restored. */
const REVOKED_WAIT_MS = 1_000;

const UNREACHABLE: Failing = { code: 'network_unreachable', sentence: 'The messenger could not be reached.' };
const OUR_FAULT: Failing = {
  code: 'internal_error',
  sentence: 'Something went wrong here while it was being sent; it may have arrived.',
};

/**
 * What follows from one attempt that came after `attempts` passing failures in a row. Pure but for jitter. What may have got
 * through is never said to have failed.
 */
export function consequenceOf(attempted: Attempted, attempts: number, known: Circumstances = {}): Consequence {
  const result = understood(attempted);
  const consequence = ofThisTry(result, attempts, known);
  const doubtful = known.doubtful || ('verdict' in result && result.verdict.kind === 'unknown');
  return doubtful && consequence.status === 'failed' ? { ...consequence, status: 'unconfirmed' } : consequence;
}

function ofThisTry(result: Attempted, attempts: number, { echoes, repeatable }: Circumstances): Consequence {
  if ('error' in result)
    return isBug(result.error) ? { status: 'unconfirmed', failure: OUR_FAULT } : tryAgain(attempts, UNREACHABLE);
  const { verdict } = result;
  if (verdict.kind === 'sent') {
    const { externalId, externalIds = [], sentAt } = verdict;
    const more = externalIds.filter((id) => id !== externalId);
    return { status: 'sent', externalIds: [externalId, ...more], ...(sentAt ? { sentAt } : {}) };
  }
  if (verdict.kind === 'unknown') {
    const failure = { code: 'no_answer', sentence: verdict.sentence };
    if (!repeatable) return { status: 'unconfirmed', failure, ...(echoes ? { awaitsEcho: true } : {}) };
    const again = tryAgain(attempts, failure);
    return again.status === 'queued' ? { ...again, doubtful: true } : again;
  }
  const failure = { code: verdict.code, sentence: verdict.sentence };
  if (verdict.class === 'reauthorize') return { status: 'queued', failure, waitMs: REVOKED_WAIT_MS, revoked: true };
  if (verdict.class !== 'retryAfter') return { status: 'failed', failure };
  const consequence = isWait(verdict.retryAfterMs)
    ? { status: 'queued' as const, failure, waitMs: Math.min(verdict.retryAfterMs, LONGEST_OBEYED_MS) }
    : tryAgain(attempts, failure);
  return verdict.wholeChannel && consequence.status === 'queued' ? { ...consequence, wholeChannel: true } : consequence;
}

/** A worker that lets this error through has said that nobody can tell. */
function understood(result: Attempted): Attempted {
  if (!('error' in result && result.error instanceof OutcomeUnknownError)) return result;
  const sentence = `The messenger did not answer (${result.error.code}); the message may have arrived.`;
  return { verdict: { kind: 'unknown', sentence } };
}

function tryAgain(attempts: number, failure: Failing): Consequence {
  if (attempts + 1 >= TRIES) return { status: 'failed', failure };
  const wait = Math.min(FIRST_WAIT_MS * 2 ** attempts, LONGEST_WAIT_MS);
  return { status: 'queued', failure, waitMs: wait * (0.75 + Math.random() / 2), counts: true };
}

function isWait(ms: number | undefined): ms is number {
  return ms !== undefined && ms > 0;
}

/** A worker rejects when the network was not asked; a bug in it may show at any moment, also after the bytes left. */
function isBug(error: unknown): boolean {
  return (
    !(error instanceof Error) ||
    [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind)
  );
}
