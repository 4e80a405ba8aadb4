import type { Rejected, RejectionClass, Unknown } from '#messenger-kit';
import type { ViberAnswer } from './viber-api.js';

interface Meaning {
  readonly class: RejectionClass;
  readonly sentence: string;
  readonly waitMs?: number;
  readonly wholeChannel?: true;
}

const MINUTE = 60_000;
const permanent = (sentence: string): Meaning => ({ class: 'permanent', sentence });
/** Nothing leaves until somebody has talked to Viber. */
const stopped = (sentence: string): Meaning => ({ class: 'reauthorize', sentence });
const CONNECT = 'then connect the bot again';

/** https://developers.viber.com/docs/api/rest-bot-api/#error-codes */
const BY_CODE: ReadonlyMap<number, Meaning> = new Map([
  [1, permanent('Viber could not fetch the file from this server.')],
  [2, stopped('Viber no longer accepts the bot’s token. Connect the channel again with a valid one.')],
  [3, permanent('Viber does not take this message: something in it is not valid.')],
  [4, permanent('Viber does not take this message: something in it is missing.')],
  [5, permanent('Viber does not know this person any more.')],
  [6, { class: 'blocked', sentence: 'The person is not subscribed to the bot; they have to write to it first.' }],
  [7, stopped(`Viber has blocked the bot. Have that lifted, ${CONNECT}.`)],
  [8, stopped(`Viber does not find the bot any more. Have Viber look into it, ${CONNECT}.`)],
  [9, stopped(`Viber has suspended the bot. Have that lifted, ${CONNECT}.`)],
  [
    10,
    {
      class: 'retryAfter',
      sentence: 'The bot has no webhook, and without one Viber sends nothing. Let the channel check set it again.',
      waitMs: MINUTE,
      wholeChannel: true,
    },
  ],
  [11, permanent('The person’s Viber is too old for this message.')],
  // 100 messages an hour to one person, from anew when they answer: soon enough for that, and as long as it takes.
  [
    12,
    {
      class: 'retryAfter',
      sentence: 'Viber asks to send more slowly, or to wait until the person has answered.',
      waitMs: 2 * MINUTE,
    },
  ],
  [13, permanent('Viber does not know this version of its API any more.')],
  [14, permanent('The person’s Viber cannot show this message.')],
  [15, stopped(`Viber does not let the bot send. Have Viber look into it, ${CONNECT}.`)],
  [16, permanent('Viber does not let the bot answer here.')],
  [17, permanent('Viber does not let the bot write here.')],
  [18, permanent('The bot has no public chat.')],
  [19, permanent('Viber does not let the bot send to several people at once.')],
  [20, permanent('Viber does not let the bot send to several people at once.')],
  [21, permanent('Viber does not let the bot write to people in that country.')],
  [22, permanent('Viber does not take this payment.')],
  [
    23,
    {
      class: 'windowClosed',
      sentence: 'The bot’s free messages are used up; it can answer for 24 hours after the person writes again.',
    },
  ],
  [24, permanent('The bot’s account at Viber has no balance for messages outside of a session. Top it up at Viber.')],
]);

const busy: Meaning = { class: 'retryAfter', sentence: 'Viber could not take the message at the moment.' };

/** What a refused or unreadable answer to a send means. */
export function verdictOf(answer: Exclude<ViberAnswer, { kind: 'ok' }>): Rejected | Unknown {
  if (answer.kind === 'unreadable') return unreadable(answer.status);
  const { waitMs, wholeChannel, ...meaning } = BY_CODE.get(answer.code) ?? busy;
  return {
    kind: 'rejected',
    ...meaning,
    code: String(answer.code),
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
    ...(wholeChannel && { wholeChannel }),
  };
}

/** Not Viber's answer: a proxy's 4xx never reached it, of anything else nobody can tell. */
function unreadable(status: number): Rejected | Unknown {
  const code = String(status);
  if (status === 429) {
    const sentence = 'Viber asks to send more slowly.';
    return { kind: 'rejected', class: 'retryAfter', code, sentence, retryAfterMs: MINUTE, wholeChannel: true };
  }
  if (status >= 300 && status < 500 && status !== 408) {
    const sentence = `Something between this server and Viber refused the message (${status}).`;
    return { kind: 'rejected', class: 'permanent', code, sentence };
  }
  return { kind: 'unknown', sentence: `Viber gave no readable answer (${status}); the message may have arrived.` };
}

/** Of an answer that is about the bot as a whole, no message. */
export function summaryOf(answer: Exclude<ViberAnswer, { kind: 'ok' }>): string {
  return answer.kind === 'error' ? `error ${answer.code}` : `unreadable answer, status ${answer.status}`;
}

/** The bot itself is stopped: blocked, gone, suspended, not allowed. In a sentence. */
export function stoppedBy(answer: ViberAnswer): string | undefined {
  if (answer.kind !== 'error' || answer.code === 2) return undefined;
  const meaning = BY_CODE.get(answer.code);
  return meaning?.class === 'reauthorize' ? meaning.sentence : undefined;
}
