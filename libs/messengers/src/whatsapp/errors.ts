import type { Rejected, RejectionClass, Unknown } from '#messenger-kit';
import { LIMIT_WAIT_MS, regainAccessMs, unreadable } from '../meta/answers.js';
import type { GraphAnswer } from '../meta/graph-api.js';
import { REFUSALS } from './refusals.js';

interface Meaning {
  readonly class: RejectionClass;
  readonly sentence: string;
  /** At least this long. */
  readonly waitMs?: number;
  readonly wholeChannel?: true;
}

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
/** One message in six seconds is allowed to one person, and what went out faster is paid back. */
const PAIR_WAIT_MS = 30 * SECOND;
const permanent = (sentence: string): Meaning => ({ class: 'permanent', sentence });
const busy: Meaning = { class: 'retryAfter', sentence: 'WhatsApp could not take the message at the moment.' };
const tooFast: Meaning = {
  class: 'retryAfter',
  sentence: 'WhatsApp asks the number to send more slowly.',
  waitMs: LIMIT_WAIT_MS,
  wholeChannel: true,
};
const revoked: Meaning = {
  class: 'reauthorize',
  sentence: 'WhatsApp no longer accepts the number’s token. Connect the number again with a valid one.',
};
const noPermission = permanent(
  'The number’s token lacks the permission whatsapp_business_messaging. Make a new one that has it, and connect the number again.',
);
const notRegistered = permanent('The number is not registered with the Cloud API. Register it in WhatsApp Manager.');
const invalid = permanent('WhatsApp does not take this message: something in it is not valid.');
const noPhone = permanent('WhatsApp takes this kind of message for a phone number only, and this person hides theirs.');
const restricted = permanent('Meta has restricted the WhatsApp account. Look into WhatsApp Manager.');
const template = permanent('WhatsApp does not take this template.');

/** https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes */
const BY_CODE: ReadonlyMap<number, Meaning> = new Map([
  [0, revoked],
  [190, revoked],
  [3, noPermission],
  [10, noPermission],
  [131005, noPermission],
  [1, busy],
  [2, busy],
  [131000, busy],
  [131016, busy],
  [133004, busy],
  [131057, { ...busy, sentence: 'The WhatsApp account is in maintenance.', waitMs: 60 * SECOND, wholeChannel: true }],
  [4, tooFast],
  [80007, tooFast],
  [80008, tooFast],
  [130429, tooFast],
  [131064, tooFast],
  [133016, tooFast],
  [
    131048,
    {
      class: 'retryAfter',
      sentence: 'WhatsApp holds the number back because people reported its messages as spam.',
      waitMs: HOUR,
      wholeChannel: true,
    },
  ],
  [
    131056,
    {
      class: 'retryAfter',
      sentence: 'WhatsApp asks to write to this person more slowly.',
      waitMs: PAIR_WAIT_MS,
    },
  ],
  [33, permanent('WhatsApp does not know this number of ours any more.')],
  [100, invalid],
  [131008, invalid],
  [131009, invalid],
  [135000, invalid],
  [368, restricted],
  [131031, restricted],
  [130497, permanent('WhatsApp does not let this account write to people in that country.')],
  [130472, permanent('WhatsApp does not deliver this message: the person takes part in an experiment of Meta’s.')],
  [131021, permanent('The number cannot write to itself.')],
  [
    131026,
    permanent('WhatsApp could not deliver: the person has no WhatsApp, an old one, or takes no messages from here.'),
  ],
  [131030, permanent('A test number writes only to people on its list of recipients. Add the person in the Meta app.')],
  [131037, permanent('Meta has not approved the number’s display name yet. Look into WhatsApp Manager.')],
  [131042, permanent('Meta has a problem with the account’s payment. Look into WhatsApp Manager.')],
  [131045, notRegistered],
  [133010, notRegistered],
  [131047, { class: 'windowClosed', sentence: 'WhatsApp allows answers within 24 hours after the person last wrote.' }],
  [131049, permanent('WhatsApp did not deliver, to spare the person too many messages of businesses.')],
  [131050, permanent('The person wants no advertising from this number.')],
  [131051, permanent('WhatsApp does not take this kind of message.')],
  [131052, permanent('WhatsApp could not fetch the file.')],
  [131053, permanent('WhatsApp could not take the file: its kind or format is not supported.')],
  [131062, noPhone],
  [131063, noPhone],
  [132000, template],
  [132001, template],
  [132005, template],
  [132007, template],
  [132008, template],
  [132012, template],
  [132015, template],
  [132016, template],
  [137000, permanent('WhatsApp does not know this person on this account.')],
]);

function meaningOf(code: number): Meaning {
  if (code >= 200 && code < 300) return noPermission;
  return BY_CODE.get(code) ?? permanent(`WhatsApp refused the message (error ${code}).`);
}

/** A refusal of a file that a second try often overcomes: Meta was still busy with it. */
export function isWorthAnotherTry(answer: GraphAnswer): boolean {
  return answer.kind === 'error' && answer.error.code === 131053;
}

/** What a refused or unreadable answer to a send means. The code alone tells; subcodes are of no use here. */
export function verdictOf(answer: Exclude<GraphAnswer, { kind: 'ok' }>): Rejected | Unknown {
  if (answer.kind === 'unreadable') return unreadable(answer.status, REFUSALS.names);
  const { error, headers } = answer;
  const known = meaningOf(error.code);
  const passes = error.isTransient && known.class === 'permanent';
  const { waitMs = 0, wholeChannel, ...meaning } = passes ? busy : known;
  const told = regainAccessMs(headers);
  const wait = Math.max(waitMs, told);
  return {
    kind: 'rejected',
    ...meaning,
    code: String(error.code),
    ...(meaning.class === 'retryAfter' && wait > 0 && { retryAfterMs: wait }),
    ...(meaning.class === 'retryAfter' && (wholeChannel || told > 0) && { wholeChannel: true }),
  };
}

/** Why a message failed after it had been accepted: what would pass is over by then, and is not tried again. */
export function failureOf(code: string | undefined): { readonly code: string; readonly sentence: string } {
  if (code === undefined || !/^\d{1,9}$/.test(code)) {
    return { code: 'failed', sentence: 'WhatsApp could not deliver the message.' };
  }
  return { code, sentence: meaningOf(Number(code)).sentence };
}
