/** What a contact is found by. */
export interface Findable {
  readonly name: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
}

/** What a list of contacts is asked for. */
export interface Wanted {
  /** All of them must begin a word of the contact. */
  readonly words: readonly string[];
  /** Or this begins what a messenger calls the person. */
  readonly externalId: string;
}

/** The database keeps words up to 2 KB; a letter has up to 4 bytes. */
const LONGEST_WORD = 100;
/** From where on a part of a phone number tells people apart. */
const SHORTEST_NUMBER = 5;
const MOST_DIGITS = 20;

/**
 * The words of a contact, a blank between: in small letters, without accents, each once. Of a phone number also its ends, so
 * that it is found without the country's code.
 */
export function wordsOf({ name, email, phone }: Findable): string {
  const words = [...wordsIn(name ?? ''), ...wordsIn(email ?? ''), ...endsOf(digitsIn(phone ?? ''))];
  return [...new Set(words)].join(' ');
}

export function wantedBy(query: string): Wanted {
  const externalId = query.trim();
  const isNumber = /^[+(]?[\d\s()./-]+$/.test(externalId);
  return { words: isNumber ? [digitsIn(externalId)].filter(Boolean) : wordsIn(query), externalId };
}

function wordsIn(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => word.slice(0, LONGEST_WORD).toWellFormed());
}

function digitsIn(text: string): string {
  return text.replace(/\D/g, '').slice(0, MOST_DIGITS);
}

function endsOf(digits: string): string[] {
  const count = Math.max(1, digits.length - SHORTEST_NUMBER + 1);
  return digits === '' ? [] : Array.from({ length: count }, (_, start) => digits.slice(start));
}
