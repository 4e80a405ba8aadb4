import { NotAskedError, OutcomeUnknownError, type SendVerdict } from '#messenger-kit';

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

/** `asked`: false where the verdict is ours, and the network was not asked for it. */
export type Attempted = { readonly verdict: SendVerdict; readonly asked?: false } | { readonly error: unknown };

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
  const doubt = doubtOf(attempted);
  const consequence = doubt ? ofDoubt(doubt, attempts, known) : ofAnswer(attempted, attempts);
  const doubtful = known.doubtful || doubt !== undefined;
  return doubtful && consequence.status === 'failed' ? { ...consequence, status: 'unconfirmed' } : consequence;
}

/**
 * Why nobody can tell what became of it. Only `NotAskedError` proves that nothing left: whatever else a worker lets through may
 * have come after the bytes did.
 */
function doubtOf(attempted: Attempted): Failing | undefined {
  if ('verdict' in attempted) {
    const { verdict } = attempted;
    return verdict.kind === 'unknown' ? { code: 'no_answer', sentence: verdict.sentence } : undefined;
  }
  const { error } = attempted;
  if (error instanceof NotAskedError) return undefined;
  if (!(error instanceof OutcomeUnknownError)) return OUR_FAULT;
  return { code: 'no_answer', sentence: `The messenger did not answer (${error.code}); the message may have arrived.` };
}

function ofDoubt(failure: Failing, attempts: number, { echoes, repeatable }: Circumstances): Consequence {
  if (!repeatable) return { status: 'unconfirmed', failure, ...(echoes ? { awaitsEcho: true } : {}) };
  const again = tryAgain(attempts, failure);
  return again.status === 'queued' ? { ...again, doubtful: true } : again;
}

function ofAnswer(attempted: Attempted, attempts: number): Consequence {
  if (!('verdict' in attempted) || attempted.verdict.kind === 'unknown') return tryAgain(attempts, UNREACHABLE);
  const { verdict } = attempted;
  if (verdict.kind === 'sent') {
    const { externalId, externalIds = [], sentAt } = verdict;
    const more = externalIds.filter((id) => id !== externalId);
    return { status: 'sent', externalIds: [externalId, ...more], ...(sentAt ? { sentAt } : {}) };
  }
  const failure = { code: verdict.code, sentence: verdict.sentence };
  if (verdict.class === 'reauthorize') return { status: 'queued', failure, waitMs: REVOKED_WAIT_MS, revoked: true };
  if (verdict.class !== 'retryAfter') return { status: 'failed', failure };
  const consequence = isWait(verdict.retryAfterMs)
    ? { status: 'queued' as const, failure, waitMs: Math.min(verdict.retryAfterMs, LONGEST_OBEYED_MS) }
    : tryAgain(attempts, failure);
  return verdict.wholeChannel && consequence.status === 'queued' ? { ...consequence, wholeChannel: true } : consequence;
}

function tryAgain(attempts: number, failure: Failing): Consequence {
  if (attempts + 1 >= TRIES) return { status: 'failed', failure };
  const wait = Math.min(FIRST_WAIT_MS * 2 ** attempts, LONGEST_WAIT_MS);
  return { status: 'queued', failure, waitMs: wait * (0.75 + Math.random() / 2), counts: true };
}

function isWait(ms: number | undefined): ms is number {
  return ms !== undefined && ms > 0;
}
