import type { Rejected, RejectionClass, Unknown } from '#messenger-kit';
import type { Failed, LineError } from './line-api.js';

const SECOND = 1_000;
/** LINE counts by the second, and does not say when it does so again. */
const LIMIT_WAIT_MS = 5 * SECOND;

/** What a refused or unreadable answer to a call means. https://developers.line.biz/en/reference/messaging-api/#error-responses */
export function verdictOf(answer: Failed): Rejected | Unknown {
  const { status } = answer;
  // What LINE took before it answers with 409, of which nothing may be left to read.
  if (status >= 500 || status === 408 || status === 409 || status < 300) {
    const sentence = `LINE gave no readable answer (${status}); it may have been done.`;
    return { kind: 'unknown', sentence };
  }
  if (answer.kind === 'unreadable') return unreadable(status);
  const reject = rejecting(status);
  switch (status) {
    case 401:
      return reject(
        'reauthorize',
        'LINE no longer accepts the channel access token. Connect the channel with a new one.',
      );
    case 403:
      return reject('permanent', 'LINE does not allow this account to do that: its plan or its rights do not reach.');
    case 404:
      return reject('permanent', 'LINE knows nobody here to whom this could be said.');
    case 413:
    case 415:
      return reject('permanent', 'LINE does not take a message of this size or kind.');
    case 429:
      return isQuota(answer) ? reject('permanent', QUOTA) : { ...reject('retryAfter', TOO_FAST), ...waitOf(answer) };
    default:
      return reject('permanent', meaningOf(answer));
  }
}

const QUOTA =
  'The account’s messages of this month are used up. Send it again next month, or book more in LINE Official Account Manager.';
const TOO_FAST = 'LINE asks the account to send more slowly.';

/** The one answer for two things: too fast, and the month is used up. */
function isQuota({ message }: LineError): boolean {
  return /monthly limit/i.test(message);
}

function waitOf({ headers }: LineError): Pick<Rejected, 'retryAfterMs' | 'wholeChannel'> {
  const seconds = headers['retry-after'];
  const told = typeof seconds === 'string' && /^\d{1,6}$/.test(seconds) ? Number(seconds) * SECOND : 0;
  return { wholeChannel: true, retryAfterMs: told > 0 ? told : LIMIT_WAIT_MS };
}

function meaningOf({ status, message }: LineError): string {
  if (/failed to send/i.test(message)) return 'LINE could not deliver to this person.';
  if (/\bto\b.*invalid|invalid user/i.test(message)) return 'LINE does not know this person.';
  return `LINE does not take this message: something in it is not valid (error ${status}).`;
}

/** A proxy's answer: LINE was not reached. */
function unreadable(status: number): Rejected {
  const reject = rejecting(status);
  if (status === 429) return { ...reject('retryAfter', TOO_FAST), wholeChannel: true, retryAfterMs: LIMIT_WAIT_MS };
  return reject('permanent', `Something between this server and LINE refused (${status}).`);
}

function rejecting(status: number) {
  return (kind: RejectionClass, sentence: string): Rejected => {
    return { kind: 'rejected', class: kind, code: String(status), sentence };
  };
}
