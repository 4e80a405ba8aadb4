import { at, eventKey, idOf, OutcomeUnknownError, splitText, timeOf } from '#messenger-kit';
import type {
  MessageContent,
  OutcomeMessageWorker,
  OutgoingMessage,
  SendContext,
  SendPolicy,
  SendVerdict,
} from '#messenger-kit';
import type { BotApi } from './bot-api.js';
import { verdictOf } from './errors.js';

export class TelegramOutcome implements OutcomeMessageWorker {
  /** https://core.telegram.org/bots/api#sendmessage */
  readonly maxTextLength = 4096;

  constructor(private readonly api: BotApi) {}

  async send(message: OutgoingMessage, context: SendContext): Promise<SendVerdict> {
    const { account, recipient, signal } = context;
    const token = account.credentials['botToken'] ?? '';
    const parameters = sendMessageParameters(message.content, recipient.externalId);
    try {
      const answer = await this.api.call({ token, method: 'sendMessage', parameters, signal });
      return answer.kind === 'ok' ? sent(answer.result, recipient.externalId) : verdictOf(answer);
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError)) throw error;
      return { kind: 'unknown', sentence: `Telegram did not answer (${error.code}); the message may have arrived.` };
    }
  }

  /** A bot may always write to whoever started it. */
  policy(): SendPolicy {
    return { allowed: true, until: null, reason: null, kinds: ['text'], tag: null };
  }

  expand(content: MessageContent): MessageContent[] {
    const [first, ...rest] = splitText(content.text ?? '', this.maxTextLength);
    if (first === undefined || rest.length === 0) return [content];
    return [{ ...content, text: first }, ...rest.map((text) => ({ text }))];
  }
}

/** No parse mode: what an agent writes is literal. */
function sendMessageParameters(content: MessageContent, chat: string): Record<string, unknown> {
  const replyTo = messageIdIn(chat, content.replyTo);
  return {
    chat_id: numberIfSafe(chat),
    text: content.text ?? '',
    ...(replyTo !== undefined && {
      reply_parameters: { message_id: replyTo, allow_sending_without_reply: true },
    }),
  };
}

/** The message's id within `chat`, where `externalId` is of this chat and can be answered (a callback cannot). */
function messageIdIn(chat: string, externalId: string | undefined): number | undefined {
  const [ofChat, id, ...more] = externalId?.split(':') ?? [];
  return ofChat === chat && id !== undefined && /^[1-9]\d{0,9}$/.test(id) && more.length === 0 ? Number(id) : undefined;
}

function numberIfSafe(id: string): number | string {
  return /^-?\d+$/.test(id) && Number.isSafeInteger(Number(id)) ? Number(id) : id;
}

function sent(result: unknown, chat: string): SendVerdict {
  const id = idOf(at(result, 'message_id'));
  if (id === undefined) {
    return { kind: 'unknown', sentence: 'Telegram accepted the message without telling its id.' };
  }
  const sentAt = timeOf(at(result, 'date'));
  return {
    kind: 'sent',
    externalId: eventKey(idOf(at(result, 'chat', 'id')) ?? chat, id),
    ...(sentAt && { sentAt }),
  };
}
