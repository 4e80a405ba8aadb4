import { at, boundedId, OutcomeUnknownError, splitText, textOf } from '#messenger-kit';
import type {
  MessageContent,
  OutcomeMessageWorker,
  OutgoingMessage,
  SendContext,
  SendPolicy,
  SendVerdict,
} from '#messenger-kit';
import { verdictOf } from './errors.js';
import type { GraphApi } from './graph-api.js';

const WINDOW_MS = 24 * 60 * 60 * 1000;

export class FacebookOutcome implements OutcomeMessageWorker {
  /** https://developers.facebook.com/docs/messenger-platform/reference/send-api */
  readonly maxTextLength = 2000;

  constructor(private readonly api: GraphApi) {}

  async send(message: OutgoingMessage, context: SendContext): Promise<SendVerdict> {
    const { account, recipient, signal } = context;
    try {
      const answer = await this.api.call({
        method: 'POST',
        path: `${account.source}/messages`,
        token: account.credentials['pageToken'] ?? '',
        json: sendBody(message, recipient.externalId),
        signal,
      });
      return answer.kind === 'ok' ? sent(answer.body) : verdictOf(answer);
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError)) throw error;
      return { kind: 'unknown', sentence: `Facebook did not answer (${error.code}); the message may have arrived.` };
    }
  }

  /** Meta's standard messaging window: 24 hours from when the person last wrote, by Meta's clock. */
  policy({ lastInboundAt, now }: { readonly lastInboundAt?: Date; readonly now: Date }): SendPolicy {
    const closed = { allowed: false, until: null, kinds: [], tag: null };
    if (!lastInboundAt)
      return { ...closed, reason: 'The person has not written to the Page yet; only they can begin.' };
    const until = new Date(lastInboundAt.getTime() + WINDOW_MS);
    if (now < until) return { allowed: true, until, reason: null, kinds: ['text'], tag: null };
    return { ...closed, reason: 'Facebook allows answers within 24 hours after the person last wrote.' };
  }

  expand(content: MessageContent): MessageContent[] {
    const [first, ...rest] = splitText(content.text ?? '', this.maxTextLength);
    if (first === undefined || rest.length === 0) return [content];
    return [{ ...content, text: first }, ...rest.map((text) => ({ text }))];
  }
}

/** `metadata` comes back with the echo: it proves a send whose answer was lost. */
function sendBody({ id, content }: OutgoingMessage, recipient: string): Record<string, unknown> {
  return {
    recipient: { id: recipient },
    messaging_type: 'RESPONSE',
    message: { text: content.text ?? '', metadata: id },
    ...(isMid(content.replyTo) && { reply_to: { mid: content.replyTo } }),
  };
}

/** Ids of ours stand in for postbacks without `mid` and for overlong ids; Meta knows neither. */
function isMid(externalId: string | undefined): externalId is string {
  return externalId !== undefined && !/^(postback|sha256):/.test(externalId);
}

function sent(body: unknown): SendVerdict {
  const mid = textOf(at(body, 'message_id'));
  return mid === undefined
    ? { kind: 'unknown', sentence: 'Facebook accepted the message without telling its id.' }
    : { kind: 'sent', externalId: boundedId(mid) };
}
