import type { IncomingHttpHeaders } from 'node:http';
import { arrayOf, at, objectOf, parseJson } from '#messenger-kit';
import type { RejectionClass, SendVerdict } from '#messenger-kit';
import type { GraphAnswer, GraphError } from './graph-api.js';

interface Meaning {
  readonly class: RejectionClass;
  readonly sentence: string;
  /** At least this long. */
  readonly waitMs?: number;
}

const MINUTE = 60_000;
const permanent = (sentence: string): Meaning => ({ class: 'permanent', sentence });
const blocked: Meaning = { class: 'blocked', sentence: 'This person cannot receive messages from the Page any more.' };
const closed: Meaning = {
  class: 'windowClosed',
  sentence: 'Facebook allows answers within 24 hours after the person last wrote.',
};
const busy: Meaning = { class: 'retryAfter', sentence: 'Facebook could not take the message at the moment.' };
const tooFast: Meaning = { class: 'retryAfter', sentence: 'Facebook asks to send more slowly.' };
const revoked: Meaning = {
  class: 'reauthorize',
  sentence: 'Facebook no longer accepts the Page’s token. Connect the Page again.',
};
const restricted: Meaning = {
  class: 'retryAfter',
  sentence: 'Facebook has restricted the Page for a while.',
  waitMs: 30 * MINUTE,
};
const noPermission = permanent(
  'Our app lacks the permission to send for this Page. Connect the Page again and grant it.',
);
const developmentMode = permanent('The Meta app is in development mode and this person has no role in it.');

/** By subcode first, which is the exact reason. https://developers.facebook.com/docs/messenger-platform/error-codes */
const BY_SUBCODE: ReadonlyMap<number, Meaning> = new Map([
  [2018278, closed],
  [2018065, closed],
  [2534022, closed],
  [2018108, blocked],
  [1545041, blocked],
  [2018300, permanent('Another app controls this conversation at the moment.')],
  [2018028, developmentMode],
  [1893063, restricted],
  [2534122, restricted],
  [2534029, restricted],
  [2018344, permanent('An admin of the Page must accept Meta’s terms first.')],
  [2018022, tooFast],
  [2018352, tooFast],
  [2018001, permanent('Facebook does not know this person on this Page.')],
  [2018034, permanent('The message has no text.')],
  [2018027, permanent('Facebook does not allow this Page to write to this person.')],
  [2018021, permanent('Facebook does not allow this Page to write to this person.')],
]);

const BY_CODE: ReadonlyMap<number, Meaning> = new Map([
  [1, busy],
  [2, busy],
  [4, { ...tooFast, waitMs: 2 * MINUTE }],
  [9, tooFast],
  [10, noPermission],
  [17, tooFast],
  [32, tooFast],
  [200, noPermission],
  [230, noPermission],
  [368, restricted],
  [551, blocked],
  [613, tooFast],
  [803, permanent('Facebook does not know this person.')],
  [1200, busy],
  [10303, permanent('This person cannot receive this kind of message.')],
  [80001, tooFast],
  [80006, tooFast],
]);

/** What a refused or unreadable answer to a send means. */
export function verdictOf(answer: Exclude<GraphAnswer, { kind: 'ok' }>): SendVerdict {
  if (answer.kind === 'unreadable') return unreadable(answer.status);
  const { error, headers } = answer;
  const meaning = meaningOf(error);
  const code = error.subcode === undefined ? String(error.code) : `${error.code}/${error.subcode}`;
  const wait = Math.max(meaning.waitMs ?? 0, regainAccessMs(headers));
  return {
    kind: 'rejected',
    class: meaning.class,
    code,
    sentence: meaning.sentence,
    ...(meaning.class === 'retryAfter' && wait > 0 && { retryAfterMs: wait }),
  };
}

function meaningOf({ code, subcode, isTransient }: GraphError): Meaning {
  if (code === 190) return revoked;
  const exact = subcode === undefined ? undefined : BY_SUBCODE.get(subcode);
  return (
    exact ?? (isTransient ? busy : BY_CODE.get(code)) ?? permanent(`Facebook refused the message (error ${code}).`)
  );
}

/** `X-Business-Use-Case-Usage` tells the minutes until calls are allowed again; Meta has no Retry-After. */
function regainAccessMs(headers: IncomingHttpHeaders): number {
  const header = headers['x-business-use-case-usage'];
  const usage = typeof header === 'string' ? objectOf(parseJson(header)) : undefined;
  const minutes = Object.values(usage ?? {})
    .flatMap(arrayOf)
    .map((use) => Number(at(use, 'estimated_time_to_regain_access')))
    .filter((value) => value > 0 && value < 10_000);
  return Math.max(0, ...minutes) * MINUTE;
}

/** Not the Graph API's answer: a proxy's 4xx never reached it, of anything else nobody can tell. */
function unreadable(status: number): SendVerdict {
  const code = String(status);
  if (status === 429) return { kind: 'rejected', class: 'retryAfter', code, sentence: tooFast.sentence };
  if (status >= 300 && status < 500 && status !== 408) {
    const sentence = `Something between this server and Facebook refused the message (${status}).`;
    return { kind: 'rejected', class: 'permanent', code, sentence };
  }
  return { kind: 'unknown', sentence: `Facebook gave no readable answer (${status}); the message may have arrived.` };
}
