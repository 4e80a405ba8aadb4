import { at, eventKey, fingerprint, GuardedHttp, has, idOf, isOneOfSecrets, OutcomeUnknownError } from '#messenger-kit';
import { cleanName, parseJson, splitText, textOf, timeOf } from '#messenger-kit';
import type { HttpAnswer, IncomeMessageWorker, Messenger, MessengerRegistrationWorker } from '#messenger-kit';
import type { MessengerSettings, OutcomeMessageWorker, RejectionClass, SendVerdict } from '#messenger-kit';

const MAX_TEXT = 300;

const income: IncomeMessageWorker = {
  isAuthentic: ({ headers }, { signing }) =>
    typeof headers['x-ring'] === 'string' && isOneOfSecrets(headers['x-ring'], signing),

  convert({ body }, account) {
    const source = account?.source ?? '';
    const json = parseJson(body);
    const letter = at(json, 'letter');
    const key = eventKey('other', fingerprint(json ?? body.toString('latin1')));
    if (json === undefined) return [{ kind: 'malformed', source, key, reason: 'not_json' }];
    if (!has(json, 'letter')) return [{ kind: 'ignored', source, key, reason: 'unknown_event' }];
    const [externalId, from] = [idOf(at(letter, 'no')), idOf(at(letter, 'from'))];
    if (externalId === undefined || from === undefined) {
      return [{ kind: 'malformed', source, key, reason: 'letter_without_number_or_sender' }];
    }
    const [text, name] = [textOf(at(letter, 'text')), cleanName(textOf(at(letter, 'name')))];
    const sentAt = timeOf(at(letter, 'written'));
    const sender = { scope: source, externalId: from, ...(name !== undefined && { name }) };
    const content = text === undefined ? { unsupported: { kind: 'letter' } } : { text };
    const frame = { source, key: eventKey('letter', externalId), externalId, sender, ...(sentAt && { sentAt }) };
    return [{ kind: 'message', ...frame, content }];
  },
};

class PigeonOutcome implements OutcomeMessageWorker {
  readonly powers = ['text'] as const;
  readonly pace = { perSecond: 10, perRecipient: { perSecond: 1, burst: 5 } };
  readonly maxTextLength = MAX_TEXT;

  constructor(
    private readonly apiUrl: string,
    private readonly http: GuardedHttp,
  ) {}

  send: OutcomeMessageWorker['send'] = async ({ content }, { account, recipient, signal }) => {
    const headers = { authorization: `Bearer ${account.credentials['key'] ?? ''}` };
    const json = { to: recipient.externalId, text: content.text, answers: content.replyTo };
    try {
      return verdictOf(
        await this.http.request({ method: 'POST', url: `${this.apiUrl}/letters`, headers, json, signal }),
      );
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError)) throw error;
      return { kind: 'unknown', sentence: 'The pigeon did not come back; the letter may have arrived.' };
    }
  };

  policy = () => ({ allowed: true, until: null, reason: null, kinds: this.powers, tag: null });

  expand: OutcomeMessageWorker['expand'] = ({ text = '', ...rest }) =>
    splitText(text, MAX_TEXT).map((part, index) => ({ ...(index === 0 && rest), text: part }));

  refusal: OutcomeMessageWorker['refusal'] = ({ text = '', attachments = [], choices = [] }) => {
    if (attachments.length + choices.length > 0) return { code: 'too_heavy', sentence: 'A pigeon carries text only.' };
    if (text.trim() !== '' && text.length <= MAX_TEXT) return undefined;
    return { code: 'text_length', sentence: `A letter has 1 to ${MAX_TEXT} characters.` };
  };
}

const CLASSES: Partial<Record<number, RejectionClass>> = { 401: 'reauthorize', 410: 'blocked', 429: 'retryAfter' };
/** The post says that there are too many letters, and not for how long. */
const FULL_LOFT_MS = 60_000;

function verdictOf({ status, json }: HttpAnswer): SendVerdict {
  const externalId = idOf(at(json, 'no'));
  if (status < 300 && externalId !== undefined) return { kind: 'sent', externalId };
  const [sentence, code] = [`The post refused the letter (${status}).`, String(status)];
  if (status >= 400 && status < 500) {
    const wait = status === 429 && { retryAfterMs: FULL_LOFT_MS };
    return { kind: 'rejected', class: CLASSES[status] ?? 'permanent', code, sentence, ...wait };
  }
  return { kind: 'unknown', sentence: 'The post gave no clear answer; the letter may have left.' };
}

/** The post knows its lofts by their keys, `dove-1.…`, and needs no call to deliver. */
const registration: MessengerRegistrationWorker = {
  callback: 'channel',
  credentialFields: [{ name: 'key', description: 'The key of the loft, such as dove-1.c8a1…' }],
  identify({ key = '' }) {
    const loft = /^([\w-]{1,40})\.\w{8,}$/.exec(key)?.[1];
    if (loft) return Promise.resolve({ kind: 'connected', source: loft, name: loft, credentials: { key } });
    return Promise.resolve({ kind: 'refused', code: 'key_malformed', sentence: 'This is not the key of a loft.' });
  },
  connect: ({ credentials }) => registration.identify(credentials),
  disconnect: () => Promise.resolve(),
};

/** Pigeon post, the example of CONTRIBUTING.md: letters of 300 characters. Settings: `apiUrl`. */
export class PigeonMessenger implements Messenger {
  readonly income = income;
  readonly registration = registration;
  readonly outcome: PigeonOutcome;

  constructor(settings: MessengerSettings[string], http: GuardedHttp) {
    this.outcome = new PigeonOutcome(settings['apiUrl'] ?? '', http);
  }
}
