import { OutcomeUnknownError } from '#messenger-kit';
import type {
  MessageContent,
  OutcomeMessageWorker,
  OutgoingMessage,
  PolicyContext,
  Refusal,
  RequestVerdict,
  SendContext,
  SendPolicy,
  SendVerdict,
  Unknown,
} from '#messenger-kit';
import type { BotAnswer, BotApi } from './bot-api.js';
import { againAfter, sent, type Attempt } from './outbound/answer.js';
import { isDoneAlready, verdictOf } from './outbound/errors.js';
import { expand } from './outbound/expand.js';
import { keyboardOf } from './outbound/keyboard.js';
import { MAX_TEXT } from './outbound/limits.js';
import { addressOf, loadFiles, numberIfSafe, orderOf, type Order } from './outbound/order.js';
import { refusal } from './outbound/refusal.js';

type Asking = Pick<SendContext, 'account' | 'signal'>;

export class TelegramOutcome implements OutcomeMessageWorker {
  readonly powers = [
    'text',
    'image',
    'video',
    'audio',
    'file',
    'choices',
    'reply',
    'edit',
    'delete',
    'react',
    'typing',
  ] as const;
  /** https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this */
  readonly pace = { perSecond: 30, perRecipient: { perSecond: 1, burst: 3 } };
  readonly maxTextLength = MAX_TEXT;

  constructor(private readonly api: BotApi) {}

  /** One call, as a rule; a refusal that names the way out is followed once. */
  async send(message: OutgoingMessage, context: SendContext): Promise<SendVerdict> {
    const { content } = message;
    if ((content.attachments ?? []).length > message.files.length) {
      return { kind: 'rejected', class: 'permanent', code: 'file_missing', sentence: 'A file of the message is gone.' };
    }
    let attempt: Attempt = { chat: context.recipient.externalId, files: await loadFiles(message) };
    for (;;) {
      const answer = await this.ask(orderOf(content, attempt.files, attempt.chat), context);
      if (answer.kind === 'unknown') return answer;
      if (answer.kind === 'ok') return sent(answer.result, attempt.chat);
      const again = againAfter(answer, attempt, context.recipient.externalId);
      if (!again) return verdictOf(answer);
      attempt = again;
    }
  }

  /** A bot may always write to whoever started it, and to nobody else. */
  policy({ lastInboundAt }: PolicyContext): SendPolicy {
    if (lastInboundAt) return { allowed: true, until: null, reason: null, kinds: this.powers, tag: null };
    const reason = 'The person has not written to the bot yet; only they can begin.';
    return { allowed: false, until: null, reason, kinds: [], tag: null };
  }

  expand(content: MessageContent): MessageContent[] {
    return expand(content);
  }

  refusal(content: MessageContent): Refusal | undefined {
    return refusal(content);
  }

  /** `content` is whole: buttons that are not in it go. What stands under a file is a caption, by another method. */
  async edit(externalId: string, content: MessageContent, context: SendContext): Promise<RequestVerdict> {
    const { text = '', attachments = [], choices } = content;
    const asText = ['editMessageText', { text, ...keyboardOf(choices) }] as const;
    const asCaption = ['editMessageCaption', { caption: text, ...keyboardOf(choices) }] as const;
    const [first, second] = attachments.length > 0 ? [asCaption, asText] : [asText, asCaption];
    const answer = await this.askAbout(externalId, first[0], first[1], context);
    const isOther = answer?.kind === 'error' && /there is no (text|caption) in the message/i.test(answer.description);
    return requestVerdict(isOther ? await this.askAbout(externalId, second[0], second[1], context) : answer);
  }

  async delete(externalId: string, context: SendContext): Promise<RequestVerdict> {
    return requestVerdict(await this.askAbout(externalId, 'deleteMessage', {}, context));
  }

  /** Telegram writes its emoji without variation selectors. */
  async react(externalId: string, emoji: string | undefined, context: SendContext): Promise<RequestVerdict> {
    const reaction = emoji === undefined ? [] : [{ type: 'emoji', emoji: emoji.replaceAll('\ufe0f', '') }];
    return requestVerdict(await this.askAbout(externalId, 'setMessageReaction', { reaction }, context));
  }

  async typing(context: SendContext): Promise<RequestVerdict> {
    const parameters = { chat_id: numberIfSafe(context.recipient.externalId), action: 'typing' };
    return requestVerdict(await this.ask({ method: 'sendChatAction', parameters, files: [] }, context));
  }

  /** Ends the waiting sign on the pressed button; too late is as good. */
  async acknowledge(token: string, context: Asking): Promise<RequestVerdict> {
    const parameters = { callback_query_id: token };
    return requestVerdict(await this.ask({ method: 'answerCallbackQuery', parameters, files: [] }, context));
  }

  private async askAbout(
    externalId: string,
    method: string,
    parameters: object,
    context: Asking,
  ): Promise<BotAnswer | Unknown | undefined> {
    const address = addressOf(externalId);
    if (!address) return undefined;
    const where = { chat_id: numberIfSafe(address.chat), message_id: address.message };
    return this.ask({ method, parameters: { ...where, ...parameters }, files: [] }, context);
  }

  private async ask(order: Order, { account, signal }: Asking): Promise<BotAnswer | Unknown> {
    try {
      return await this.api.call({ ...order, token: account.credentials['botToken'] ?? '', signal });
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError)) throw error;
      return { kind: 'unknown', sentence: `Telegram did not answer (${error.code}); it may have been done.` };
    }
  }
}

function requestVerdict(answer: BotAnswer | Unknown | undefined): RequestVerdict {
  if (!answer) {
    const sentence = 'This is no message of Telegram’s; it cannot be changed there.';
    return { kind: 'rejected', class: 'permanent', code: 'not_addressable', sentence };
  }
  if (answer.kind === 'unknown') return answer;
  return answer.kind === 'ok' || isDoneAlready(answer) ? { kind: 'done' } : verdictOf(answer);
}
