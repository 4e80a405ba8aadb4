import type { Bubble, ConversationKey } from '../conversations.js';
import type { ShownFile } from '../files.js';
import type { Fields } from '../http/fields.js';
import { chatOf, type Bot } from './bot.js';
import { chatPartner, keyOf, type Phones } from './phones.js';
import { badRequest } from './telegram-error.js';
import { markupOf } from './reply-markup.js';

export const MAX_TEXT = 4_096;
export const MAX_CAPTION = 1_024;
const PARSE_MODES = new Set(['html', 'markdown', 'markdownv2']);

/** What a message says: for the phone, and in the API's words. */
export interface Said {
  readonly content: Readonly<Record<string, unknown>>;
  readonly text?: string;
  readonly files?: readonly ShownFile[];
  readonly album?: string;
}

/** Puts a bot's message on the person's phone. Answers with the message in the API's words. */
export function deliver(phones: Phones, bot: Bot, fields: Fields, said: Said): Record<string, unknown> {
  const person = chatPartner(phones, bot, fields);
  checkParseMode(fields);
  const { buttons, inline } = markupOf(fields);
  const key = keyOf(bot, person);
  const quoted = quotedOf(phones, key, fields);
  const messageId = bot.nextMessageId(person.telegramId);
  const at = Date.now();
  const wire = {
    message_id: messageId,
    from: bot.asUser(),
    chat: chatOf(person),
    date: Math.floor(at / 1_000),
    ...(quoted && { reply_to_message: quotedWire(quoted) }),
    ...said.content,
    ...(inline && { reply_markup: inline }),
  };
  const { text, files, album } = said;
  const bubble: Bubble = { id: String(messageId), from: 'business', text, files, album, at, wire };
  phones.conversations.add(key, {
    ...bubble,
    ...(buttons.length && { buttons }),
    ...(quoted && { replyTo: quoted.id }),
  });
  return wire;
}

/** The text of a call, checked. */
export function textOf(fields: Fields): string {
  const text = (fields.text('text') ?? '').trim();
  if (text === '') throw badRequest('message text is empty');
  if (text.length > MAX_TEXT) throw badRequest('message is too long');
  return text;
}

export function captionOf(fields: Fields): { caption?: string } {
  const caption = (fields.text('caption') ?? '').trim();
  if (caption.length > MAX_CAPTION) throw badRequest('message caption is too long');
  return caption ? { caption } : {};
}

export function checkParseMode(fields: Fields): void {
  const parseMode = fields.text('parse_mode')?.toLowerCase();
  if (parseMode && !PARSE_MODES.has(parseMode)) throw badRequest('unsupported parse_mode');
}

/** A quoted message is told whole, but for the one it quotes itself. */
export function quotedWire(bubble: Bubble): Record<string, unknown> {
  const { reply_to_message: _, ...wire } = bubble.wire ?? { message_id: Number(bubble.id), date: 0 };
  return wire;
}

function quotedOf(phones: Phones, key: ConversationKey, fields: Fields): Bubble | undefined {
  const parameters = fields.object('reply_parameters');
  const wanted = parameters?.text('message_id');
  if (wanted === undefined) return undefined;
  const quoted = phones.conversations.find(key, wanted);
  if (!quoted && !parameters?.flag('allow_sending_without_reply')) throw badRequest('message to be replied not found');
  return quoted;
}
