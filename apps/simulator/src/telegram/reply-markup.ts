import { Fields, isRecord } from '../http/fields.js';
import { badRequest } from './telegram-error.js';

const MAX_CALLBACK_DATA = 64;

/** The buttons of an inline keyboard that send something back. Refuses what Telegram refuses. */
export function buttonsOf(fields: Fields): { title: string; payload: string }[] {
  if (!fields.has('reply_markup')) return [];
  const markup = fields.object('reply_markup');
  if (!markup) throw badRequest("can't parse reply keyboard markup JSON object");
  return (markup.list('inline_keyboard') ?? []).flatMap((row) => {
    if (!Array.isArray(row))
      throw badRequest('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays');
    return row.filter(isRecord).flatMap((button) => buttonOf(new Fields(button)));
  });
}

function buttonOf(button: Fields): { title: string; payload: string }[] {
  const title = button.text('text');
  if (!title) throw badRequest('field "text" of the InlineKeyboardButton must be a non-empty String');
  const payload = button.text('callback_data');
  if (payload === undefined) return [];
  const length = Buffer.byteLength(payload);
  if (length < 1 || length > MAX_CALLBACK_DATA) throw badRequest('BUTTON_DATA_INVALID');
  return [{ title, payload }];
}
