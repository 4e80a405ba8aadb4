import { decodeCursor, encodeCursor, type PageDto } from '#api-kit';
import { isId } from '#database';
import { invalidCursor } from '../id-cursor.js';
import type { ListedChat, Place } from './list-question.js';

/** An order of chats. A cursor is good for the one it came from. */
export type ListName = 'mine' | 'waiting' | 'held' | 'byClosing' | 'byOpening';

/**
 * A page of chats that were walked, up to one more than `limit`. In the list's order whichever way they were walked, with
 * the places before and behind it.
 */
export function pageOfWalk(
  list: ListName,
  walked: readonly ListedChat[],
  limit: number,
  from: Place | undefined,
): { chats: ListedChat[]; page: PageDto } {
  const fitting = walked.filter(({ fits }) => fits);
  const chats = fitting.slice(0, limit);
  const onward = fitting.length > limit ? chats.at(-1) : walked.find((chat) => chat.is_last_look);
  const back = from && (chats[0] ?? onward);
  const cursor = (direction: Place['direction'], chat: ListedChat | undefined) =>
    chat ? encodeCursor([list, direction, chat.sort_key, chat.id]) : null;
  if (from?.direction !== 'before')
    return { chats, page: { next: cursor('after', onward), prev: cursor('before', back) } };
  return { chats: chats.reverse(), page: { next: cursor('after', back), prev: cursor('before', onward) } };
}

/** Where a cursor points to. Throws Problem 400: a forged one, or one of another order, must not reach the database. */
export function placeOf(list: ListName, cursor: string): Place {
  const [name, direction, sortKey = '', id] = decodeCursor(cursor, 4);
  if (name !== list || (direction !== 'after' && direction !== 'before') || !isId(id)) throw invalidCursor();
  if (!(list === 'byOpening' ? /^$/ : list === 'byClosing' ? /^(-?\d{1,16})?$/ : /^-?\d{1,16}$/).test(sortKey))
    throw invalidCursor();
  return { direction, sortKey, id };
}
