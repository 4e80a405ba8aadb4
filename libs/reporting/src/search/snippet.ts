import type { Query } from './query.js';
import { wordsOf } from './words.js';

/** A piece of a snippet. Plain text always: never to be shown as HTML. */
export interface SnippetPart {
  readonly text: string;
  readonly hit: boolean;
}

const BEFORE = 60;
const LENGTH = 240;

/** The part of a text around the first word that was looked for, with all such words marked. */
export function snippetOf(text: string, finds: Query['finds']): SnippetPart[] {
  const words = [...wordsOf(text)];
  const first = words.find(finds)?.start ?? 0;
  const from = first <= BEFORE ? 0 : (words.find(({ start }) => start >= first - BEFORE)?.start ?? first);
  const to =
    text.length - from <= LENGTH
      ? text.length
      : (words.findLast(({ end }) => end <= from + LENGTH)?.end ?? from + LENGTH);
  const parts: SnippetPart[] = from > 0 ? [{ text: '…', hit: false }] : [];
  let done = from;
  for (const { start, end } of words.filter((word) => word.start >= from && word.end <= to && finds(word))) {
    if (start > done) parts.push({ text: text.slice(done, start), hit: false });
    parts.push({ text: text.slice(start, end), hit: true });
    done = end;
  }
  const rest = text.slice(done, to).toWellFormed() + (to < text.length ? '…' : '');
  return rest === '' ? parts : [...parts, { text: rest, hit: false }];
}
