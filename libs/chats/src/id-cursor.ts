import { decodeCursor, Problem } from '#api-kit';
import { isId } from '#database';

/** The id a cursor of a list in id order stands for, if any. */
export function idAfter(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const [id] = decodeCursor(cursor, 1);
  if (!isId(id)) throw invalidCursor();
  return id;
}

export function invalidCursor(): Problem {
  return Problem.unknownCursor();
}
