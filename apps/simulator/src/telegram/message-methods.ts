import type { Bubble } from '../conversations.js';
import type { Fields } from '../http/fields.js';
import { isRecord } from '../http/fields.js';
import type { Bot } from './bot.js';
import { captionOf, checkParseMode, textOf } from './deliver.js';
import { chatPartner, keyOf, type Phones } from './phones.js';
import { REACTIONS } from './reactions.js';
import { markupOf } from './reply-markup.js';
import type { Method } from './send-methods.js';
import { badRequest } from './telegram-error.js';

const DELETABLE_MS = 48 * 3_600_000;
const MAX_DELETED = 100;
const ACTIONS = new Set(
  `typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker find_location
  record_video_note upload_video_note`.split(/\s+/),
);
const TYPING_MS = 5_000;

const editMessageText: Method = (phones, bot, { fields }) => {
  const bubble = ownMessage(phones, bot, fields);
  const text = textOf(fields);
  if (bubble.wire?.text === undefined) throw badRequest('there is no text in the message to edit');
  return edited(phones, fields, bubble, { text });
};

const editMessageCaption: Method = (phones, bot, { fields }) => {
  const bubble = ownMessage(phones, bot, fields);
  const { caption } = captionOf(fields);
  if (!bubble.files) throw badRequest('there is no caption in the message to edit');
  return edited(phones, fields, bubble, { caption });
};

const editMessageReplyMarkup: Method = (phones, bot, { fields }) =>
  edited(phones, fields, ownMessage(phones, bot, fields), {});

const deleteMessage: Method = (phones, bot, { fields }) => {
  const key = keyOf(bot, chatPartner(phones, bot, fields));
  const bubble = phones.conversations.find(key, fields.text('message_id'));
  if (!bubble) throw badRequest('message to delete not found');
  if (Date.now() - bubble.at > DELETABLE_MS) throw badRequest("message can't be deleted for everyone");
  phones.conversations.wipe(bubble);
  return true;
};

/** What is not there is passed over. */
const deleteMessages: Method = (phones, bot, { fields }) => {
  const key = keyOf(bot, chatPartner(phones, bot, fields));
  const ids = fields.list('message_ids');
  if (!ids || ids.length === 0) throw badRequest('message identifiers are not specified');
  if (ids.length > MAX_DELETED) throw badRequest('too many message identifiers specified');
  for (const id of ids) {
    const bubble = phones.conversations.find(key, String(id));
    if (bubble) phones.conversations.wipe(bubble);
  }
  return true;
};

const setMessageReaction: Method = (phones, bot, { fields }) => {
  const key = keyOf(bot, chatPartner(phones, bot, fields));
  const bubble = phones.conversations.find(key, fields.text('message_id'));
  if (!bubble) throw badRequest('message to react not found');
  const reaction = fields.has('reaction') ? fields.list('reaction') : [];
  if (!reaction) throw badRequest("can't parse reaction types JSON object");
  if (reaction.length > 1) throw badRequest('REACTIONS_TOO_MANY');
  const [wanted] = reaction;
  const emoji = isRecord(wanted) && wanted.type === 'emoji' ? String(wanted.emoji).replace(/\ufe0f/g, '') : undefined;
  if (wanted !== undefined && (emoji === undefined || !REACTIONS.has(emoji))) throw badRequest('REACTION_INVALID');
  phones.conversations.change(bubble, { reactions: { ...bubble.reactions, business: emoji } });
  return true;
};

const sendChatAction: Method = (phones, bot, { fields }) => {
  const key = keyOf(bot, chatPartner(phones, bot, fields));
  if (!ACTIONS.has(fields.text('action') ?? '')) throw badRequest('wrong parameter action in request');
  phones.conversations.changePhone(key, { typingUntil: Date.now() + TYPING_MS });
  return true;
};

const answerCallbackQuery: Method = (phones, bot, { fields }) => {
  const query = bot.callbackQueries.get(fields.text('callback_query_id') ?? '');
  if (!query || query.expiresAt <= Date.now()) {
    throw badRequest('query is too old and response timeout expired or query ID is invalid');
  }
  const notice = fields.text('text');
  if ((notice?.length ?? 0) > 200) throw badRequest('MESSAGE_TOO_LONG');
  const { bubble } = query;
  if (bubble?.press && bubble.press.queryId === fields.text('callback_query_id')) {
    const press = { ...bubble.press, answeredAt: Date.now(), ...(notice && { notice }) };
    phones.conversations.change(bubble, { press });
  }
  return true;
};

function ownMessage(phones: Phones, bot: Bot, fields: Fields): Bubble {
  const key = keyOf(bot, chatPartner(phones, bot, fields));
  const id = fields.text('message_id');
  if (!id) throw badRequest('message identifier is not specified');
  const bubble = phones.conversations.find(key, id);
  if (!bubble) throw badRequest('message to edit not found');
  if (bubble.from !== 'business') throw badRequest("message can't be edited");
  return bubble;
}

/** Without a `reply_markup` in the call the keyboard goes. */
function edited(phones: Phones, fields: Fields, bubble: Bubble, change: { text?: string; caption?: string }): unknown {
  checkParseMode(fields);
  const { buttons, inline } = markupOf(fields);
  const before = bubble.wire ?? {};
  const wire: Record<string, unknown> = { ...before, ...change, reply_markup: inline };
  for (const name of ['caption', 'reply_markup']) if (wire[name] === undefined) delete wire[name];
  const same = (['text', 'caption', 'reply_markup'] as const).every(
    (name) => JSON.stringify(wire[name]) === JSON.stringify(before[name]),
  );
  if (same) {
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    );
  }
  wire.edit_date = Math.floor(Date.now() / 1_000);
  const text = [wire.text, wire.caption].find((one) => typeof one === 'string');
  const shown = { text, buttons: buttons.length ? buttons : undefined, edits: (bubble.edits ?? 0) + 1 };
  phones.conversations.change(bubble, { ...shown, editedAt: Date.now(), wire });
  return wire;
}

export const MESSAGE_METHODS: Readonly<Record<string, Method>> = {
  editMessageText,
  editMessageCaption,
  editMessageReplyMarkup,
  deleteMessage,
  deleteMessages,
  setMessageReaction,
  sendChatAction,
  answerCallbackQuery,
};
