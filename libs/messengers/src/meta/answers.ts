import type { IncomingHttpHeaders } from 'node:http';
import { arrayOf, at, objectOf, parseJson } from '#messenger-kit';
import type { Rejected, Unknown } from '#messenger-kit';
import type { Names } from './names.js';

const MINUTE = 60_000;
/**
 * How long is waited where Meta limits calls and does not say for how long: it counts over an hour that rolls on. A limit is
 * waited out, however often it is met.
 */
export const LIMIT_WAIT_MS = MINUTE;

/**
 * How long to wait until calls are allowed again; Meta has no Retry-After.
 * https://developers.facebook.com/docs/graph-api/overview/rate-limiting
 */
export function regainAccessMs(headers: IncomingHttpHeaders): number {
  const uses = ['x-business-use-case-usage', 'x-app-usage', 'x-page-usage'].flatMap((name) => {
    const header = headers[name];
    const usage = typeof header === 'string' ? objectOf(parseJson(header)) : undefined;
    return [usage, ...Object.values(usage ?? {}).flatMap(arrayOf)];
  });
  const minutes = uses
    .map((use) => Number(at(use, 'estimated_time_to_regain_access')))
    .filter((value) => value > 0 && value < 10_000);
  return Math.max(0, ...minutes) * MINUTE;
}

/** Not the Graph API's answer: a proxy's 4xx never reached it, of anything else nobody can tell. */
export function unreadable(status: number, { network, account }: Names): Rejected | Unknown {
  const code = String(status);
  if (status === 429) {
    const sentence = `${network} asks the ${account} to send more slowly.`;
    return { kind: 'rejected', class: 'retryAfter', code, sentence, retryAfterMs: LIMIT_WAIT_MS, wholeChannel: true };
  }
  if (status >= 300 && status < 500 && status !== 408) {
    const sentence = `Something between this server and ${network} refused the message (${status}).`;
    return { kind: 'rejected', class: 'permanent', code, sentence };
  }
  return { kind: 'unknown', sentence: `${network} gave no readable answer (${status}); the message may have arrived.` };
}
