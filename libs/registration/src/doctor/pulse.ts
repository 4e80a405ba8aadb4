/** How a channel is used to being silent, as its checks saw it. */
export interface Pulse {
  /** The ledger's sum at the last check. */
  readonly received: number;
  /** The first check that saw this sum. */
  readonly grewAt: Date;
  readonly watchedSince: Date;
  readonly periodBeganAt: Date;
  /** The longest silences that ended in this period and in the one before, in seconds. */
  readonly longestS: number;
  readonly longestBeforeS: number;
}

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
/** Two of them hold every habit of a week. */
const PERIOD_S = 14 * DAY_S;
const WATCHED_S = 7 * DAY_S;
const LEAST_S = 12 * HOUR_S;

export function pulseAfter(before: Pulse | undefined, received: number, now: Date): Pulse {
  if (!before) {
    return { received, grewAt: now, watchedSince: now, periodBeganAt: now, longestS: 0, longestBeforeS: 0 };
  }
  const grew = received > before.received;
  const longestS = grew ? Math.max(before.longestS, secondsSince(before.grewAt, now)) : before.longestS;
  const next = { ...before, received, grewAt: grew ? now : before.grewAt, longestS };
  if (secondsSince(before.periodBeganAt, now) < PERIOD_S) return next;
  return { ...next, periodBeganAt: now, longestBeforeS: longestS, longestS: 0 };
}

/** Hours of a silence that is far longer than the channel's longest ones; undefined while all is as usual, or nobody knows. */
export function unusualSilence(
  { grewAt, watchedSince, longestS, longestBeforeS }: Pulse,
  now: Date,
): number | undefined {
  if (secondsSince(watchedSince, now) < WATCHED_S) return undefined;
  const silence = secondsSince(grewAt, now);
  const usual = Math.max(longestS, longestBeforeS);
  return silence > Math.max(2 * usual, LEAST_S) ? Math.floor(silence / HOUR_S) : undefined;
}

function secondsSince(then: Date, now: Date): number {
  return Math.max(0, (now.getTime() - then.getTime()) / 1_000);
}
