import type { ShownButton } from '../conversations.js';
import { Fields, isRecord } from '../http/fields.js';
import { badData, missingData } from './viber-error.js';

const COLUMNS = 6;
const MAX_ROWS = 24;
const MAX_LENGTH = 250;
const ACTIONS = new Set(['reply', 'open-url', 'location-picker', 'share-phone', 'none']);

/** The keys of a message's keyboard, as the phone shows them. Refuses what Viber refuses. */
export function keysOf(fields: Fields): readonly ShownButton[] {
  const keyboard = fields.object('keyboard');
  if (!keyboard) {
    if (fields.has('keyboard')) throw badData('keyboard is not valid');
    return [];
  }
  if (keyboard.text('Type') !== 'keyboard') throw badData('keyboard.Type must be keyboard');
  const keys = (keyboard.list('Buttons') ?? []).map((one) => new Fields(isRecord(one) ? one : {}));
  if (keys.length === 0) throw missingData('keyboard.Buttons');
  const cells = keys.reduce((sum, key) => sum + within(key, 'Columns', COLUMNS) * within(key, 'Rows', 2), 0);
  if (cells > COLUMNS * MAX_ROWS) throw badData(`keyboard has more than ${MAX_ROWS} rows`);
  return keys.map(shownKey);
}

function within(key: Fields, name: string, most: number): number {
  const value = key.number(name) ?? (name === 'Columns' ? COLUMNS : 1);
  if (!Number.isInteger(value) || value < 1 || value > most) throw badData(`${name} must be between 1 and ${most}`);
  return value;
}

function shownKey(key: Fields): ShownButton {
  const action = key.text('ActionType') ?? 'reply';
  const body = key.text('ActionBody') ?? '';
  const text = key.text('Text') ?? '';
  if (!ACTIONS.has(action)) throw badData(`ActionType ${action}`);
  if (body === '') throw missingData('ActionBody');
  if (text.length > MAX_LENGTH) throw badData('Text is too long');
  const title = shownText(text);
  if (action === 'open-url') {
    if (!URL.canParse(body) || body.length > 2_000) throw badData('ActionBody must be a valid url');
    return { kind: 'url', title, payload: body, url: body };
  }
  if (body.length > MAX_LENGTH) throw badData('ActionBody is too long');
  return { kind: 'text', title, payload: body };
}

/** The text is HTML: what is no known tag of it is not shown. */
function shownText(html: string): string {
  const plain = html.replace(/<[^>]*>/g, '');
  return plain.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
