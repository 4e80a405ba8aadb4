import { at, boundedId, OutcomeUnknownError, textOf } from '#messenger-kit';
import type {
  OutcomeMessageWorker,
  OutgoingMessage,
  PolicyContext,
  Power,
  RequestVerdict,
  SendContext,
  SendPolicy,
  SendVerdict,
  Unknown,
} from '#messenger-kit';
import { isWorthAnotherTry, verdictOf } from './errors.js';
import type { GraphAnswer, GraphApi, GraphCall } from '../meta/graph-api.js';
import { expand, MAX_TEXT, refusal } from './limits.js';
import { fileForm, isMid, textBody } from './send-body.js';

const HOUR = 60 * 60 * 1000;
const WINDOW_MS = 24 * HOUR;
const HUMAN_WINDOW_MS = 7 * WINDOW_MS;
const POWERS = ['text', 'image', 'video', 'audio', 'file', 'choices', 'reply', 'react', 'typing', 'mark_seen'] as const;
/** The tag is for messages. */
const TAGGED: readonly Power[] = ['text', 'image', 'video', 'audio', 'file', 'choices', 'reply'];

const FILE_MISSING = {
  kind: 'rejected',
  class: 'permanent',
  code: 'file_missing',
  sentence: 'The file is not there any more.',
} as const;

/** https://developers.facebook.com/docs/messenger-platform/reference/send-api */
export class FacebookOutcome implements OutcomeMessageWorker {
  readonly powers = POWERS;
  /** Meta takes bursts of 300 a second for a Page, and limits what goes to one person without saying how. */
  readonly pace = { perSecond: 250, perRecipient: { perSecond: 5, burst: 10 } };
  readonly maxTextLength = MAX_TEXT;
  readonly echoes = true;
  readonly expand = expand;
  readonly refusal = refusal;

  constructor(
    private readonly api: GraphApi,
    /** Whether Meta has granted our app the Human Agent feature. */
    private readonly humanAgentTag = false,
  ) {}

  async send(message: OutgoingMessage, context: SendContext): Promise<SendVerdict> {
    const refused = this.refusal(message.content);
    if (refused) return { kind: 'rejected', class: 'permanent', ...refused };
    const [file] = message.files;
    if (!file && message.content.attachments?.length) return FILE_MISSING;
    const { tag } = this.policy({ ...context, now: new Date() });
    const to = context.recipient.externalId;
    const payload = file ? { form: await fileForm(message, file, to, tag) } : { json: textBody(message, to, tag) };
    const answer = await this.ask(payload, context);
    return answer.kind === 'ok' ? sent(answer.body) : 'verdict' in answer ? answer.verdict : verdictOf(answer);
  }

  /**
   * Meta's standard messaging window: 24 hours from when the person last wrote, by Meta's clock. Within 7 days a human may
   * still answer under a tag, where Meta has granted that. https://developers.facebook.com/docs/messenger-platform/policy/policy-overview
   */
  policy({ lastInboundAt, now, human }: PolicyContext): SendPolicy {
    if (!lastInboundAt) return closed('The person has not written to the Page yet; only they can begin.');
    const until = new Date(lastInboundAt.getTime() + WINDOW_MS);
    if (now < until) return { allowed: true, until, reason: null, kinds: this.powers, tag: null };
    if (!this.humanAgentTag) return closed('Facebook allows answers within 24 hours after the person last wrote.');
    const untilForHumans = new Date(lastInboundAt.getTime() + HUMAN_WINDOW_MS);
    if (now >= untilForHumans) return closed('Facebook allows answers within 7 days after the person last wrote.');
    if (!human) return closed('Later than 24 hours after the person last wrote, only a human may answer on Facebook.');
    return { allowed: true, until: untilForHumans, reason: null, kinds: TAGGED, tag: 'HUMAN_AGENT' };
  }

  async react(externalId: string, emoji: string | undefined, context: SendContext): Promise<RequestVerdict> {
    if (!isMid(externalId)) {
      const sentence = 'Facebook knows no message here that could be reacted to.';
      return { kind: 'rejected', class: 'permanent', code: 'no_message', sentence };
    }
    const payload = { message_id: externalId, ...(emoji !== undefined && { reaction: emoji }) };
    return this.act({ sender_action: emoji === undefined ? 'unreact' : 'react', payload }, context);
  }

  async typing(context: SendContext): Promise<RequestVerdict> {
    return this.act({ sender_action: 'typing_on' }, context);
  }

  async markSeen(context: SendContext): Promise<RequestVerdict> {
    return this.act({ sender_action: 'mark_seen' }, context);
  }

  /** https://developers.facebook.com/docs/messenger-platform/send-messages/sender-actions */
  private async act(action: object, context: SendContext): Promise<RequestVerdict> {
    const answer = await this.ask({ json: { recipient: { id: context.recipient.externalId }, ...action } }, context);
    if (answer.kind === 'ok') return { kind: 'done' };
    return 'verdict' in answer ? answer.verdict : verdictOf(answer);
  }

  private async ask(
    payload: Pick<GraphCall, 'json' | 'form'>,
    { account, signal }: SendContext,
  ): Promise<GraphAnswer | { readonly kind: 'silent'; readonly verdict: Unknown }> {
    const token = account.credentials['pageToken'] ?? '';
    const call: GraphCall = { method: 'POST', path: `${account.source}/messages`, token, signal, ...payload };
    try {
      const answer = await this.api.call(call);
      return isWorthAnotherTry(answer) ? await this.api.call(call) : answer;
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError)) throw error;
      const sentence = `Facebook did not answer (${error.code}); the message may have arrived.`;
      return { kind: 'silent', verdict: { kind: 'unknown', sentence } };
    }
  }
}

function closed(reason: string): SendPolicy {
  return { allowed: false, until: null, reason, kinds: [], tag: null };
}

function sent(body: unknown): SendVerdict {
  const mid = textOf(at(body, 'message_id'));
  return mid === undefined
    ? { kind: 'unknown', sentence: 'Facebook accepted the message without telling its id.' }
    : { kind: 'sent', externalId: boundedId(mid) };
}
