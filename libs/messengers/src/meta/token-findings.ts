import type { Finding } from '#messenger-kit';
import type { Failed } from './app-callback.js';
import type { Refusals } from './refusals.js';

const DAY = 24 * 3_600_000;
const AHEAD_DAYS = 14;

/** What can be said where Meta does not tell about a token, which is asked in the name of our app. `token`: what it is called. */
export function untoldFindings(failed: Failed, token: string, refusals: Refusals): Finding[] {
  const { sentence } = refusals.ofApp(failed);
  const isOurFault = failed.kind === 'error' && failed.error.code === 190;
  const appSecret: Finding = isOurFault
    ? { code: 'app_secret', state: 'broken', sentence, advice: 'Correct the settings.' }
    : { code: 'app_secret', state: 'unknown', sentence };
  const untold = `${refusals.names.network} did not tell whether ${token} is valid.`;
  return [appSecret, { code: 'credential', state: 'unknown', sentence: untold }];
}

/** Until when something lasts: said two weeks ahead unless told otherwise. `what` begins a sentence; `advice`: how to get a new one. */
export function expiryFinding(
  {
    code,
    what,
    advice,
    aheadDays = AHEAD_DAYS,
  }: { readonly code: string; readonly what: string; readonly advice: string; readonly aheadDays?: number },
  end: Date | undefined,
  now: Date,
): Finding {
  if (!end) return { code, state: 'ok', sentence: `${what} has no end date.` };
  const days = Math.floor((end.getTime() - now.getTime()) / DAY);
  const date = end.toISOString().slice(0, 10);
  if (days < 0) return { code, state: 'broken', sentence: `${what} ended on ${date}.`, advice };
  if (days >= aheadDays) return { code, state: 'ok', sentence: `${what} lasts until ${date}.` };
  return { code, state: 'warning', sentence: `${what} ends on ${date}, in ${days} days.`, advice };
}
