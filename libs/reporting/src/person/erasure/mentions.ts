import type { ErasedPerson } from './erasure-step.js';

/**
 * Whether one of the person's ids stands anywhere in a JSON value: as a string or number of its own, or as a part of one that is
 * put together from several (a chat's and a message's id).
 */
export function mentions(value: unknown, known: ErasedPerson['known']): boolean {
  const ids = known.map(({ externalId }) => externalId);
  const open: unknown[] = [value];
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one === 'object' && one !== null) open.push(...Object.keys(one), ...(Object.values(one) as unknown[]));
    else if (typeof one === 'string' && ids.some((id) => isPartOf(one, id))) return true;
    else if (typeof one === 'number' && ids.includes(String(one))) return true;
  }
  return false;
}

function isPartOf(text: string, id: string): boolean {
  if (text === id) return true;
  for (let from = text.indexOf(id); from >= 0; from = text.indexOf(id, from + 1)) {
    if (!isWord(text.charAt(from - 1)) && !isWord(text.charAt(from + id.length))) return true;
  }
  return false;
}

function isWord(character: string): boolean {
  return /[\p{L}\p{N}]/u.test(character);
}
