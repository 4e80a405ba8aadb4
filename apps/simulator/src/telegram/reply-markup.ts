import type { ShownButton } from '../conversations.js';
import { Fields, isRecord } from '../http/fields.js';
import { badRequest } from './telegram-error.js';

const MAX_CALLBACK_DATA = 64;
const MAX_BUTTONS = 100;
const MAX_IN_A_ROW = 8;

export interface Markup {
  readonly buttons: ShownButton[];
  /** The inline keyboard as it was given: it belongs to the message, a reply keyboard does not. */
  readonly inline?: Readonly<Record<string, unknown>>;
}

/** The keyboard of a call. Refuses what Telegram refuses. */
export function markupOf(fields: Fields): Markup {
  if (!fields.has('reply_markup')) return { buttons: [] };
  const markup = fields.object('reply_markup');
  if (!markup) throw badRequest("can't parse reply keyboard markup JSON object");
  if (markup.has('inline_keyboard')) {
    const buttons = rowsOf(markup, 'inline_keyboard', 'InlineKeyboardMarkup').flatMap((row) => row.map(inlineButton));
    return buttons.length ? { buttons, inline: { inline_keyboard: markup.list('inline_keyboard') } } : { buttons };
  }
  const rows = markup.has('keyboard') ? rowsOf(markup, 'keyboard', 'ReplyKeyboardMarkup') : [];
  return { buttons: rows.flatMap((row) => row.map(replyButton)) };
}

function rowsOf(markup: Fields, name: string, what: string): unknown[][] {
  const rows = (markup.list(name) ?? []).map((row): unknown[] => {
    if (Array.isArray(row)) return row;
    throw badRequest(`field "${name}" of the ${what} must be an Array of Arrays`);
  });
  if (rows.flat().length > MAX_BUTTONS || rows.some((row) => row.length > MAX_IN_A_ROW)) {
    throw badRequest('reply markup is too long');
  }
  return rows;
}

function inlineButton(given: unknown): ShownButton {
  const button = new Fields(isRecord(given) ? given : {});
  const title = button.text('text');
  if (!title) throw badRequest('field "text" of the InlineKeyboardButton must be a non-empty String');
  const url = button.text('url');
  if (url !== undefined) {
    if (!/^(https?|tg):/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
      throw badRequest(`inline keyboard button URL '${url}' is invalid: Wrong HTTP URL`);
    }
    return { kind: 'url', title, payload: title, url };
  }
  const payload = button.text('callback_data');
  if (payload === undefined)
    throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
  const length = Buffer.byteLength(payload);
  if (length < 1 || length > MAX_CALLBACK_DATA) throw badRequest('BUTTON_DATA_INVALID');
  return { kind: 'callback', title, payload };
}

function replyButton(given: unknown): ShownButton {
  const title = typeof given === 'string' ? given : isRecord(given) ? new Fields(given).text('text') : undefined;
  if (!title) throw badRequest('field "text" of the KeyboardButton must be a non-empty String');
  return { kind: 'text', title, payload: title };
}
