import { arrayOf, at, boundedId, idOf, OutcomeUnknownError, textOf } from '#messenger-kit';
import type {
  OutcomeMessageWorker,
  OutgoingMessage,
  PolicyContext,
  Rejected,
  RequestVerdict,
  SendContext,
  SendPolicy,
  SendVerdict,
  Unknown,
} from '#messenger-kit';
import type { GraphAnswer, GraphApi, GraphCall } from '../meta/graph-api.js';
import { isWorthAnotherTry, verdictOf } from './errors.js';
import { addressOf, bodyOf, type Uploaded } from './outbound/body.js';
import { expand, refusal } from './outbound/content.js';
import { MAX_TEXT } from './outbound/limits.js';
import { wayOf } from './outbound/way.js';
import { isWamid } from './wamid.js';

const WINDOW_MS = 24 * 60 * 60 * 1000;

const FILE_MISSING = {
  kind: 'rejected',
  class: 'permanent',
  code: 'file_missing',
  sentence: 'The file is not there any more.',
} as const;
const NOT_UPLOADED = {
  kind: 'rejected',
  class: 'retryAfter',
  code: 'file_not_uploaded',
  sentence: 'The file did not get through to WhatsApp; the message was not sent.',
} as const;

/** https://developers.facebook.com/docs/whatsapp/cloud-api/messages */
export class WhatsAppOutcome implements OutcomeMessageWorker {
  readonly powers = [
    'text',
    'image',
    'video',
    'audio',
    'file',
    'choices',
    'reply',
    'react',
    'typing',
    'mark_seen',
  ] as const;
  /** 80 a second, what comes in included; one in six seconds to one person, 45 of which may come at once. */
  readonly pace = { perSecond: 60, perRecipient: { perSecond: 1 / 6, burst: 45 } };
  readonly maxTextLength = MAX_TEXT;
  /** Not as echoes: each status gives our id back. */
  readonly echoes = true;
  readonly expand = expand;
  readonly refusal = refusal;

  constructor(private readonly api: GraphApi) {}

  /** A file is uploaded before, which nobody outside notices: whatever becomes of that, the message was not sent. */
  async send(message: OutgoingMessage, context: SendContext): Promise<SendVerdict> {
    const refused = refusal(message.content);
    if (refused) return { kind: 'rejected', class: 'permanent', ...refused };
    const file = await this.upload(message, context);
    if (file && 'kind' in file) return file;
    const answer = await this.ask({ json: bodyOf(message, context.recipient.externalId, file) }, context);
    return answer.kind === 'ok' ? sent(answer.body) : 'verdict' in answer ? answer.verdict : verdictOf(answer);
  }

  /**
   * The customer service window: 24 hours from when the person last wrote, by WhatsApp's clock. Later only templates are allowed,
   * which we do not send. https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages#customer-service-windows
   */
  policy({ lastInboundAt, now }: PolicyContext): SendPolicy {
    if (!lastInboundAt) return closed('The person has not written to the number yet; only they can begin.');
    const until = new Date(lastInboundAt.getTime() + WINDOW_MS);
    if (now >= until) return closed('WhatsApp allows answers within 24 hours after the person last wrote.');
    return { allowed: true, until, reason: null, kinds: this.powers, tag: null };
  }

  /** An empty emoji takes it back. */
  async react(externalId: string, emoji: string | undefined, context: SendContext): Promise<RequestVerdict> {
    if (!isWamid(externalId)) return NO_MESSAGE;
    const reaction = { message_id: externalId, emoji: emoji ?? '' };
    return this.act({ ...addressOf(context.recipient.externalId), type: 'reaction', reaction }, context);
  }

  /** Under what the person wrote last, which counts as read by that: WhatsApp has no typing without. It ends after 25 seconds. */
  async typing(context: SendContext): Promise<RequestVerdict> {
    return this.read({ typing_indicator: { type: 'text' } }, context);
  }

  /** Earlier ones are marked along. */
  async markSeen(context: SendContext): Promise<RequestVerdict> {
    return this.read({}, context);
  }

  private async read(also: object, context: SendContext): Promise<RequestVerdict> {
    if (!isWamid(context.lastInboundId)) return NO_MESSAGE;
    const seen = { messaging_product: 'whatsapp', status: 'read', message_id: context.lastInboundId };
    return this.act({ ...seen, ...also }, context);
  }

  private async act(json: object, context: SendContext): Promise<RequestVerdict> {
    const answer = await this.ask({ json }, context);
    if (answer.kind === 'ok') return { kind: 'done' };
    return 'verdict' in answer ? answer.verdict : verdictOf(answer);
  }

  /** https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#upload-media */
  private async upload(
    { content, files }: OutgoingMessage,
    { account, signal }: SendContext,
  ): Promise<Uploaded | Rejected | undefined> {
    const [file] = files;
    if (!file) return content.attachments?.length ? FILE_MISSING : undefined;
    const { name, mimeType } = file;
    const form = [
      { name: 'messaging_product', value: 'whatsapp' },
      { name: 'type', value: mimeType },
      { name: 'file', content: await file.read(), fileName: name, mimeType },
    ];
    const token = account.credentials['accessToken'] ?? '';
    const call: GraphCall = { method: 'POST', path: `${account.source}/media`, token, form, signal };
    const answer = await this.insist(call).catch((error: unknown) => {
      if (error instanceof OutcomeUnknownError) return undefined;
      throw error;
    });
    if (!answer) return NOT_UPLOADED;
    if (answer.kind !== 'ok') {
      const verdict = verdictOf(answer);
      return verdict.kind === 'rejected' ? verdict : NOT_UPLOADED;
    }
    const mediaId = idOf(at(answer.body, 'id'));
    return mediaId === undefined ? NOT_UPLOADED : { way: wayOf(file) ?? 'document', mediaId, name };
  }

  private async ask(
    payload: Pick<GraphCall, 'json'>,
    { account, signal }: SendContext,
  ): Promise<GraphAnswer | { readonly kind: 'silent'; readonly verdict: Unknown }> {
    const token = account.credentials['accessToken'] ?? '';
    const call: GraphCall = { method: 'POST', path: `${account.source}/messages`, token, signal, ...payload };
    try {
      return await this.insist(call);
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError)) throw error;
      const sentence = `WhatsApp did not answer (${error.code}); the message may have arrived.`;
      return { kind: 'silent', verdict: { kind: 'unknown', sentence } };
    }
  }

  /** Asks once more where that is worth it. */
  private async insist(call: GraphCall): Promise<GraphAnswer> {
    const answer = await this.api.call(call);
    return isWorthAnotherTry(answer) ? this.api.call(call) : answer;
  }
}

const NO_MESSAGE: Rejected = {
  kind: 'rejected',
  class: 'permanent',
  code: 'no_message',
  sentence: 'WhatsApp knows no message here that this could be said of.',
};

function closed(reason: string): SendPolicy {
  return { allowed: false, until: null, reason, kinds: [], tag: null };
}

/** Accepted, no more: what becomes of it the statuses tell. */
function sent(body: unknown): SendVerdict {
  const wamid = textOf(at(arrayOf(at(body, 'messages'))[0], 'id'));
  return wamid === undefined
    ? { kind: 'unknown', sentence: 'WhatsApp accepted the message without telling its id.' }
    : { kind: 'sent', externalId: boundedId(wamid) };
}
