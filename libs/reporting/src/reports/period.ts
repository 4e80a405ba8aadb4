import { Problem } from '#api-kit';
import type { PeriodQuery, Unit } from './report.dto.js';

/** The days of a report, checked. */
export interface Period {
  /** First and last day, as `2026-11-22`. */
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  readonly unit: Unit;
}

export const MOST_DAYS = 366;
const DAY_MS = 86_400_000;

/** Problem 422 where the days are none, in the wrong order or too many, or the time zone is unknown. */
export function periodOf({ from, to, timeZone = 'UTC', unit = 'day' }: PeriodQuery): Period {
  const [first, last] = [dayOf('from', from), dayOf('to', to)];
  if (last < first) throw unacceptable('to', 'The last day must not be before the first one.');
  if (last - first >= MOST_DAYS * DAY_MS) throw unacceptable('to', `A report covers at most ${MOST_DAYS} days.`);
  if (!isTimeZone(timeZone))
    throw unacceptable('timeZone', 'There is no such time zone. Give a name such as Europe/Berlin.');
  return { from, to, timeZone, unit };
}

export function unacceptable(name: string, detail: string): Problem {
  return Problem.invalid(detail, [{ pointer: `?${name}`, detail }]);
}

function dayOf(name: string, day: string): number {
  const time = Date.parse(`${day}T00:00:00Z`);
  const isDay = Number.isFinite(time) && new Date(time).toISOString().startsWith(day) && day >= '1970';
  if (!isDay) throw unacceptable(name, 'There is no such day. Give one such as 2026-11-22.');
  return time;
}

/** Names only: what offsets such as +03 mean differs between programs. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]+([_/+-][A-Za-z0-9_+-]+)*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
