const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Pauses before the next attempt: from seconds to three days altogether. */
const PAUSES_MS = [
  5 * SECOND,
  30 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  18 * HOUR,
  22 * HOUR,
];
const JITTER = 0.2;
const LONGEST_WISH_MS = 24 * HOUR;

/**
 * How long to wait after this many failed attempts, or undefined when it was the last one. The other side may wish for
 * longer; different deliveries never come back in step.
 */
export function pauseAfter(attempts: number, wishedMs = 0, random = Math.random()): number | undefined {
  const pause = PAUSES_MS[attempts - 1];
  if (pause === undefined) return undefined;
  const jittered = pause * (1 + JITTER * (2 * random - 1));
  return Math.max(jittered, Math.min(wishedMs, LONGEST_WISH_MS));
}

/** What `Retry-After` asks for, in ms: seconds or a date; 0 for anything else. */
export function retryAfterMs(header: string | undefined, now = Date.now()): number {
  if (header === undefined) return 0;
  if (/^\d{1,9}$/.test(header)) return Number(header) * SECOND;
  const date = Date.parse(header);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
