import { decodeCursor, encodeCursor, type PageDto, Problem } from '#api-kit';
import { isId } from '#database';
import { invalidCursor } from '../id-cursor.js';
import type { MessageQuery } from './message-query.dto.js';
import type { MessageRow } from './message.repository.js';
import type { Line } from './message-view.js';

export const LAST_SEQ = 2_147_483_647;
export type Direction = 'after' | 'before';

/** Where a page of one chat begins. */
export interface Start {
  readonly direction: Direction | 'around';
  readonly seq: number;
}

export function startOf({ cursor, after, before, around }: MessageQuery): Start {
  const given = Object.entries({ cursor, after, before, around }).filter(([, start]) => start !== undefined);
  if (given.length > 1) {
    const detail = 'Give one of cursor, after, before and around.';
    throw Problem.invalid(
      detail,
      given.map(([name]) => ({ pointer: `?${name}`, detail })),
    );
  }
  if (cursor !== undefined) return readSeqs(cursor);
  if (around !== undefined) return { direction: 'around', seq: around };
  return before === undefined ? { direction: 'after', seq: after ?? 0 } : { direction: 'before', seq: before };
}

/** Messages before a place, backwards, and after it; up to one more of each than the page takes. */
export interface Sides {
  readonly before: readonly MessageRow[];
  readonly earlier: number;
  readonly after: readonly MessageRow[];
  readonly later: number;
}

/** Ascending, with the places on both sides. */
export function pageOfSeqs(
  { direction, seq }: Start,
  { before, earlier, after, later }: Sides,
): { found: MessageRow[]; page: PageDto } {
  const found = [...before.slice(0, earlier).reverse(), ...after.slice(0, later)];
  const [first, last] = [found.at(0), found.at(-1)];
  const isMoreLater = direction === 'before' ? seq !== LAST_SEQ : after.length > later;
  const isMoreEarlier = direction === 'after' ? (first?.seq ?? 1) > 1 : before.length > earlier;
  const cursor = (to: Direction, message: MessageRow | undefined) => (message ? encodeCursor([to, message.seq]) : null);
  return {
    found,
    page: {
      next: isMoreLater ? cursor('after', last) : null,
      prev: isMoreEarlier ? cursor('before', first) : null,
    },
  };
}

export interface LinePlace {
  readonly direction: Direction;
  readonly chatId: string;
  readonly seq: number;
}

/** Lines as they were walked, `next` leading to earlier ones. `from` is the direction of the cursor, if there was one. */
export function pageOfLines(
  lines: readonly Line[],
  limit: number,
  from: Direction | undefined,
): { shown: Line[]; page: PageDto } {
  const shown = lines.slice(0, limit);
  const isMore = lines.length > limit;
  const [earliest, latest] = from === 'after' ? [shown.at(0), shown.at(-1)] : [shown.at(-1), shown.at(0)];
  const cursor = (direction: Direction, line: Line | undefined) =>
    line ? encodeCursor([direction, line.message.chat_id, line.message.seq]) : null;
  const isEarlier = from === 'after' || isMore;
  const isLater = from === 'after' ? isMore : from === 'before';
  return {
    shown,
    page: { next: isEarlier ? cursor('before', earliest) : null, prev: isLater ? cursor('after', latest) : null },
  };
}

export function placeOfLine(cursor: string): LinePlace {
  const [direction, chatId, seq = ''] = decodeCursor(cursor, 3);
  if (!isId(chatId)) throw invalidCursor();
  return { ...placeOf(direction, seq), chatId };
}

function readSeqs(cursor: string): { direction: Direction; seq: number } {
  const [direction, seq = ''] = decodeCursor(cursor, 2);
  return placeOf(direction, seq);
}

/** A forged place must not reach the database. */
function placeOf(direction: string | undefined, text: string): { direction: Direction; seq: number } {
  const seq = Number(text);
  if (direction !== 'after' && direction !== 'before') throw invalidCursor();
  if (!/^\d{1,10}$/.test(text) || seq > LAST_SEQ) throw invalidCursor();
  return { direction, seq };
}
