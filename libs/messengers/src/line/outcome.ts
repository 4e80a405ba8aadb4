import { arrayOf, at, boundedId, idOf, OutcomeUnknownError } from '#messenger-kit';
import type {
  OutcomeMessageWorker,
  OutgoingMessage,
  PolicyContext,
  RequestVerdict,
  SendContext,
  SendPolicy,
  SendVerdict,
  Unknown,
} from '#messenger-kit';
import { verdictOf } from './errors.js';
import type { LineAnswer, LineApi, LineCall } from './line-api.js';
import { messagesOf, whyUnreachable } from './outbound/body.js';
import { expand, refusal } from './outbound/content.js';
import { MAX_TEXT } from './outbound/limits.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** A multiple of 5, up to 60. */
const TYPING_S = 10;

/** By push: https://developers.line.biz/en/reference/messaging-api/#send-push-message; why not by reply stands in the README. */
export class LineOutcome implements OutcomeMessageWorker {
  readonly powers = ['text', 'image', 'video', 'audio', 'file', 'choices', 'typing'] as const;
  /** https://developers.line.biz/en/reference/messaging-api/#rate-limits: 2,000 a second; of one person nothing is said. */
  readonly pace = { perSecond: 1_000, perRecipient: { perSecond: 10, burst: 20 } };
  readonly maxTextLength = MAX_TEXT;
  readonly repeatableForMs = DAY_MS;
  readonly expand = expand;
  readonly refusal = refusal;

  constructor(private readonly api: LineApi) {}

  /** Our id is the retry key of every try: what LINE took before is answered with 409 and the ids it has. */
  async send({ id, content, files }: OutgoingMessage, context: SendContext): Promise<SendVerdict> {
    const refused = refusal(content);
    if (refused) return { kind: 'rejected', class: 'permanent', ...refused };
    if (files.length < (content.attachments ?? []).length) return FILE_MISSING;
    const unreachable = files.map((file) => whyUnreachable(file, this.api.wantsHttps)).find(Boolean);
    if (unreachable) return unreachable;
    const json = { to: context.recipient.externalId, messages: messagesOf(content, files) };
    const answer = await this.ask({ method: 'POST', path: 'message/push', json, retryKey: id }, context);
    if (answer.kind === 'unknown') return answer;
    if (answer.kind === 'ok') return sent(answer.body) ?? NO_ID;
    if (answer.kind === 'error' && answer.status === 409) {
      return sent(answer.body) ?? { kind: 'sent', externalId: `retry-key:${id}` };
    }
    return verdictOf(answer);
  }

  /** Who added the account may be written to at any time; who blocked it, LINE does not tell when asked. */
  policy({ lastInboundAt }: PolicyContext): SendPolicy {
    if (lastInboundAt) return { allowed: true, until: null, reason: null, kinds: this.powers, tag: null };
    const reason = 'The person has not written to the account yet; only they can begin.';
    return { allowed: false, until: null, reason, kinds: [], tag: null };
  }

  /** https://developers.line.biz/en/reference/messaging-api/#display-a-loading-indicator; it ends with the next message. */
  async typing(context: SendContext): Promise<RequestVerdict> {
    const json = { chatId: context.recipient.externalId, loadingSeconds: TYPING_S };
    const answer = await this.ask({ method: 'POST', path: 'chat/loading/start', json }, context);
    if (answer.kind === 'ok') return { kind: 'done' };
    return answer.kind === 'unknown' ? answer : verdictOf(answer);
  }

  private async ask(
    call: Omit<LineCall, 'token' | 'signal'>,
    { account, signal }: SendContext,
  ): Promise<LineAnswer | Unknown> {
    const token = account.credentials['channelAccessToken'] ?? '';
    try {
      return await this.api.call({ ...call, token, signal });
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError)) throw error;
      return { kind: 'unknown', sentence: `LINE did not answer (${error.code}); it may have been done.` };
    }
  }
}

const FILE_MISSING = {
  kind: 'rejected',
  class: 'permanent',
  code: 'file_missing',
  sentence: 'A file of the message is gone.',
} as const;
const NO_ID: Unknown = { kind: 'unknown', sentence: 'LINE answered without the message’s id; it may have arrived.' };

/** One id for each of LINE's messages. */
function sent(body: unknown): SendVerdict | undefined {
  const ids = arrayOf(at(body, 'sentMessages')).flatMap((message) => idOf(at(message, 'id')) ?? []);
  const [first] = ids;
  if (first === undefined) return undefined;
  return { kind: 'sent', externalId: boundedId(first), ...(ids.length > 1 && { externalIds: ids }) };
}
