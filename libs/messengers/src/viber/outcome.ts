import { at, idOf, OutcomeUnknownError } from '#messenger-kit';
import type {
  OutcomeMessageWorker,
  OutgoingFile,
  OutgoingMessage,
  PolicyContext,
  Rejected,
  SendContext,
  SendPolicy,
  SendVerdict,
  Unknown,
} from '#messenger-kit';
import { verdictOf } from './errors.js';
import { bodyOf, type Sending } from './outbound/body.js';
import { expand, refusal } from './outbound/content.js';
import { MAX_ADDRESS, MAX_TEXT } from './outbound/limits.js';
import type { ViberAnswer, ViberApi } from './viber-api.js';

/** https://developers.viber.com/docs/api/rest-bot-api/#send-message */
export class ViberOutcome implements OutcomeMessageWorker {
  readonly powers = ['text', 'image', 'video', 'audio', 'file', 'choices'] as const;
  /** Viber names 500 in ten seconds, and 100 an hour to somebody who does not answer; the latter it counts itself. */
  readonly pace = { perSecond: 40, perRecipient: { perSecond: 1, burst: 10 } };
  readonly maxTextLength = MAX_TEXT;
  readonly expand = expand;
  readonly refusal = refusal;

  constructor(private readonly api: ViberApi) {}

  async send({ content, files }: OutgoingMessage, context: SendContext): Promise<SendVerdict> {
    const [file] = files;
    const [attachment] = content.attachments ?? [];
    const refused = refusal(content);
    if (refused) return rejected(refused.code, refused.sentence);
    if (attachment && !file) return rejected('file_missing', 'The file is not there any more.');
    const obstacle = file && this.obstacleTo(file);
    if (obstacle) return obstacle;
    const answer = await this.ask(content, file && { file, ...(attachment && { attachment }) }, context);
    if (answer.kind === 'unknown') return answer;
    return answer.kind === 'ok' ? sent(answer.body) : verdictOf(answer);
  }

  /** At any time, to whoever has written: whether that costs something is between the bot and Viber. */
  policy({ lastInboundAt }: PolicyContext): SendPolicy {
    if (lastInboundAt) return { allowed: true, until: null, reason: null, kinds: this.powers, tag: null };
    const reason = 'The person has not written to the bot yet; only they can begin.';
    return { allowed: false, until: null, reason, kinds: [], tag: null };
  }

  /** Viber takes no uploads: it fetches what lies at an address, and phones do. */
  private obstacleTo({ link }: OutgoingFile): Rejected | undefined {
    if (this.api.wantsHttps && !/^https:/i.test(link)) {
      const sentence = 'Viber fetches files from this server, which needs an https address (PARLEY_PUBLIC_URL).';
      return rejected('link_not_https', sentence);
    }
    if (link.length <= MAX_ADDRESS) return undefined;
    return rejected('link_too_long', 'The file’s name is too long for Viber. Give it a shorter one.');
  }

  private async ask(
    content: OutgoingMessage['content'],
    sending: Sending | undefined,
    { account, recipient, signal }: SendContext,
  ): Promise<ViberAnswer | Unknown> {
    const { authToken: token = '', senderName = 'Bot' } = account.credentials;
    const body = bodyOf(content, { receiver: recipient.externalId, senderName }, sending);
    try {
      return await this.api.call({ token, method: 'send_message', body, signal });
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError)) throw error;
      return { kind: 'unknown', sentence: `Viber did not answer (${error.code}); the message may have arrived.` };
    }
  }
}

function rejected(code: string, sentence: string): Rejected {
  return { kind: 'rejected', class: 'permanent', code, sentence };
}

/** The token names the message in receipts. */
function sent(body: unknown): SendVerdict {
  const externalId = idOf(at(body, 'message_token'));
  return externalId === undefined
    ? { kind: 'unknown', sentence: 'Viber accepted the message without telling its token.' }
    : { kind: 'sent', externalId };
}
