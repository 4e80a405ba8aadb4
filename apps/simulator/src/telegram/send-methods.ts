import type { Conversations } from '../conversations.js';
import { isRecord, type Fields } from '../http/fields.js';
import type { Call } from '../http/call.js';
import type { Files } from '../files.js';
import type { People, Person } from '../people.js';
import { chatOf, type Bot } from './bot.js';
import { badRequest, forbidden } from './telegram-error.js';
import { buttonsOf } from './reply-markup.js';

/** Where what bots send ends up. */
export interface Phones {
  readonly people: People;
  readonly conversations: Conversations;
  readonly files: Files;
}

const MAX_TEXT = 4_096;
const MAX_CAPTION = 1_024;
const PARSE_MODES = new Set(['html', 'markdown', 'markdownv2']);

export function sendMessage(phones: Phones, bot: Bot, { fields }: Call): Record<string, unknown> {
  const text = (fields.text('text') ?? '').trim();
  if (text === '') throw badRequest('message text is empty');
  if (text.length > MAX_TEXT) throw badRequest('message is too long');
  return deliver(phones, bot, fields, { text });
}

export function sendPhoto(phones: Phones, bot: Bot, call: Call): Record<string, unknown> {
  const { id, bytes } = givenFile(phones.files, call, 'photo');
  const size = { file_id: id, file_unique_id: id.slice(0, 14), width: 640, height: 480, file_size: bytes.length };
  return deliver(phones, bot, call.fields, { photo: [size], ...captionOf(call.fields) });
}

export function sendDocument(phones: Phones, bot: Bot, call: Call): Record<string, unknown> {
  const { id, name, type, bytes } = givenFile(phones.files, call, 'document');
  const document = {
    file_name: name,
    mime_type: type,
    file_id: id,
    file_unique_id: id.slice(0, 14),
    file_size: bytes.length,
  };
  return deliver(phones, bot, call.fields, { document, ...captionOf(call.fields) });
}

/** The person behind `chat_id`, if this bot may write there now. */
export function chatPartner(phones: Phones, bot: Bot, fields: Fields): Person {
  if (!fields.has('chat_id') || fields.text('chat_id') === '') throw badRequest('chat_id is empty');
  const person = phones.people.byTelegramId(fields.number('chat_id') ?? NaN);
  if (!person) throw badRequest('chat not found');
  const standing = bot.standing(person);
  if (standing === 'blocked') throw forbidden('bot was blocked by the user');
  if (standing === 'stranger') throw forbidden("bot can't initiate conversation with a user");
  return person;
}

function deliver(phones: Phones, bot: Bot, fields: Fields, content: Record<string, unknown>): Record<string, unknown> {
  const person = chatPartner(phones, bot, fields);
  const parseMode = fields.text('parse_mode')?.toLowerCase();
  if (parseMode && !PARSE_MODES.has(parseMode)) throw badRequest('unsupported parse_mode');
  const buttons = buttonsOf(fields);
  const key = { messenger: 'telegram', account: bot.id, personId: String(person.telegramId) } as const;
  const repliedTo = fields.object('reply_parameters')?.text('message_id');
  if (repliedTo !== undefined && !phones.conversations.of(key).some((bubble) => bubble.id === repliedTo)) {
    const lenient = fields.object('reply_parameters')?.flag('allow_sending_without_reply');
    if (!lenient) throw badRequest('message to be replied not found');
  }
  const messageId = bot.nextMessageId(person.telegramId);
  const text = [content.text, content.caption].find((one) => typeof one === 'string');
  const file = isRecord(content.document) ? String(content.document.file_name) : 'photo';
  phones.conversations.add(key, {
    id: String(messageId),
    from: 'business',
    text,
    ...(content.text === undefined && { file: { kind: content.photo ? 'image' : 'file', name: file } }),
    ...(buttons.length && { buttons }),
    at: Date.now(),
  });
  const date = Math.floor(Date.now() / 1_000);
  const markup = fields.object('reply_markup')?.values;
  return {
    message_id: messageId,
    from: bot.asUser(),
    chat: chatOf(person),
    date,
    ...content,
    ...(markup?.inline_keyboard !== undefined && { reply_markup: markup }),
  };
}

function captionOf(fields: Fields): { caption?: string } {
  const caption = (fields.text('caption') ?? '').trim();
  if (caption.length > MAX_CAPTION) throw badRequest('message caption is too long');
  return caption ? { caption } : {};
}

/** An uploaded part, a file the bot knows by its id, or an address (kept, not fetched). */
function givenFile(files: Files, call: Call, field: string) {
  const value = call.fields.text(field);
  const part = value?.startsWith('attach://') ? value.slice('attach://'.length) : field;
  const upload = call.files.find((file) => file.field === part);
  if (upload) return files.add({ name: upload.name, type: upload.type, bytes: upload.bytes });
  const known = value === undefined ? undefined : files.get(value);
  if (known) return known;
  if (value && /^https?:\/\//.test(value)) {
    const name = new URL(value).pathname.split('/').at(-1) ?? field;
    return files.add({ name: name || field, type: 'application/octet-stream', bytes: Buffer.alloc(0) });
  }
  if (!value) throw badRequest(`there is no ${field} in the request`);
  throw badRequest('wrong file identifier/HTTP URL specified');
}
