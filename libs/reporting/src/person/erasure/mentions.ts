import type { ErasedPerson } from './erasure-step.js';

/** Numbers of pieces, sizes, and what people say look like an id that is shorter than this. */
const TELLING = 6;
const NAMES_AN_ID = /id$/i;

/**
 * Whether one of the person's ids stands anywhere in a JSON value: as a string or number of its own, or as a part of one that is
 * put together from several (a chat's and a message's id). A short one counts only where it is an id.
 */
export function mentions(value: unknown, known: ErasedPerson['known']): boolean {
  const ids = known.map(({ externalId }) => externalId);
  const open: { readonly name: string; readonly value: unknown }[] = [{ name: '', value }];
  for (let one = open.pop(); one; one = open.pop()) {
    const { name, value: found } = one;
    if (Array.isArray(found)) open.push(...found.map((item: unknown) => ({ name, value: item })));
    else if (typeof found === 'object' && found !== null) {
      for (const [key, member] of Object.entries(found))
        open.push({ name: '', value: key }, { name: key, value: member });
    } else if (ids.some((id) => isTold(found, id, name))) return true;
  }
  return false;
}

/** Whether it is long enough to mean the person wherever it stands. */
export function isTelling(id: string): boolean {
  return id.length >= TELLING;
}

/** Whether the id is a word of the text. */
export function isWordOf(text: string, id: string): boolean {
  for (let from = text.indexOf(id); from >= 0; from = text.indexOf(id, from + 1)) {
    if (!isWord(text.charAt(from - 1)) && !isWord(text.charAt(from + id.length))) return true;
  }
  return false;
}

function isTold(value: unknown, id: string, name: string): boolean {
  if (typeof value !== 'string' && typeof value !== 'number') return false;
  const text = String(value);
  if (text === id) return isTelling(id) || NAMES_AN_ID.test(name);
  if (typeof value === 'number') return false;
  return (isTelling(id) || !/\s/.test(text)) && isWordOf(text, id);
}

function isWord(character: string): boolean {
  return /[\p{L}\p{N}]/u.test(character);
}
