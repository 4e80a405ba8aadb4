import type { SendVerdict } from '#messenger-kit';

export interface Consequence {
  readonly status: 'sent' | 'queued' | 'failed' | 'unconfirmed';
  /** The network's id of the message, when it was sent. */
  readonly externalId?: string;
  readonly failure?: { readonly code: string; readonly sentence: string };
  /** The lane waits this long, the message first in it. Absent: the lane goes on with the next message. */
  readonly waitMs?: number;
  /** Whether this try counts towards the limit. A messenger that says when to come back is obeyed, not counted. */
  readonly counts?: boolean;
  /** The credentials are no longer accepted: the channel needs its admin. */
  readonly revoked?: boolean;
}

type Attempted = { readonly verdict: SendVerdict } | { readonly error: Error };

const TRIES = 12;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 5 * 60_000;
/** How soon a channel with revoked credentials is looked at again; it is skipped until its health is restored. */
const REVOKED_WAIT_MS = 1_000;

/** What follows from one attempt that came after `attempts` passing failures in a row. Pure but for jitter. */
export function consequenceOf(result: Attempted, attempts: number): Consequence {
  if ('error' in result) return tryAgain(attempts, 'network_unreachable', 'The messenger could not be reached.');
  const { verdict } = result;
  if (verdict.kind === 'sent') return { status: 'sent', externalId: verdict.externalId };
  if (verdict.kind === 'unknown') {
    return { status: 'unconfirmed', failure: { code: 'no_answer', sentence: verdict.sentence } };
  }
  const failure = { code: verdict.code, sentence: verdict.sentence };
  if (verdict.class === 'reauthorize') return { status: 'queued', failure, waitMs: REVOKED_WAIT_MS, revoked: true };
  if (verdict.class !== 'retryAfter') return { status: 'failed', failure };
  if (verdict.retryAfterMs !== undefined) return { status: 'queued', failure, waitMs: verdict.retryAfterMs };
  return tryAgain(attempts, verdict.code, verdict.sentence);
}

function tryAgain(attempts: number, code: string, sentence: string): Consequence {
  const failure = { code, sentence };
  if (attempts + 1 >= TRIES) return { status: 'failed', failure };
  const wait = Math.min(FIRST_WAIT_MS * 2 ** attempts, LONGEST_WAIT_MS);
  return { status: 'queued', failure, waitMs: wait * (0.75 + Math.random() / 2), counts: true };
}
