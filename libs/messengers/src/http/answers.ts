import { at, cleanName, idOf, objectOf, textOf } from '#messenger-kit';
import type { HttpAnswer, Rejected, RequestVerdict, SendVerdict, Unknown } from '#messenger-kit';

const CODE = /^[\w.:/-]{1,64}$/;
const LONGEST_WAIT_S = 86_400;
const LIMIT_WAIT_MS = 60_000;

/** What the integrator's answer to a message means. */
export function sendVerdictOf(answer: HttpAnswer): SendVerdict {
  if (!isSuccess(answer)) return refusalOf(answer);
  const externalId = idOf(at(answer.json, 'externalId'));
  return externalId === undefined ? unknown('took the message without telling its id') : { kind: 'sent', externalId };
}

/** The same for a change, which needs no id, but an answer that is its own: an object, or 204. */
export function requestVerdictOf(answer: HttpAnswer): RequestVerdict {
  if (!isSuccess(answer)) return refusalOf(answer);
  return answer.status === 204 || objectOf(answer.json) ? { kind: 'done' } : unknown('gave no readable answer');
}

export function unknown(what: string): Unknown {
  return { kind: 'unknown', sentence: `The connected system ${what}; it may have been done.` };
}

function isSuccess({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

/**
 * 503 means "not now" whoever says it; any other 5xx only with a body of the integrator's own, as a gateway's page may hide
 * anything.
 */
function refusalOf(answer: HttpAnswer): Rejected | Unknown {
  const { status, json } = answer;
  if (status === 401 || status === 403) {
    return rejected(answer, 'reauthorize', 'The connected system does not accept this channel’s signature');
  }
  if (status === 429 || status === 503) {
    // A limit is waited out, however often it is met; what is down is given up at some time.
    const wait = retryAfterMsOf(answer) ?? (status === 429 ? LIMIT_WAIT_MS : undefined);
    const asked = rejected(answer, 'retryAfter', 'The connected system asks to wait');
    return { ...asked, wholeChannel: true, ...(wait !== undefined && { retryAfterMs: wait }) };
  }
  if (status >= 500) {
    if (!objectOf(json)) return unknown(`failed with status ${status}`);
    return rejected(answer, 'retryAfter', 'The connected system could not do it at the moment');
  }
  if (status < 400) return rejected(answer, 'permanent', 'The connected system’s address leads elsewhere');
  const kind = textOf(at(json, 'code')) === 'blocked' ? 'blocked' : 'permanent';
  return rejected(answer, kind, 'The connected system refused it');
}

function rejected({ status, json }: HttpAnswer, kind: Rejected['class'], sentence: string): Rejected {
  const code = textOf(at(json, 'code')) ?? '';
  const reason = cleanName(textOf(at(json, 'sentence')))?.replace(/[\s.]+$/, '');
  return {
    kind: 'rejected',
    class: kind,
    code: CODE.test(code) ? code : String(status),
    sentence: reason ? `${sentence}: ${reason}.` : `${sentence} (status ${status}).`,
  };
}

/** Seconds, or a date: https://www.rfc-editor.org/rfc/rfc9110#name-retry-after */
function retryAfterMsOf({ headers }: HttpAnswer): number | undefined {
  const given = headers['retry-after'];
  if (given === undefined) return undefined;
  const seconds = /^\d{1,9}$/.test(given) ? Number(given) : (Date.parse(given) - Date.now()) / 1000;
  return seconds > 0 ? Math.round(Math.min(seconds, LONGEST_WAIT_S) * 1000) : undefined;
}
