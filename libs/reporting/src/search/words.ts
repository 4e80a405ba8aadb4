/** A word of a text and where it stands in it. */
export interface Word {
  readonly start: number;
  readonly end: number;
  /** What it is found by: usually itself, in small letters. */
  readonly tokens: readonly string[];
}

const RUNS = /[\p{L}\p{N}\p{M}]+/gu;
/** Written without blanks between words: found by pairs of signs. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}';
const IS_UNSPACED = new RegExp(`[${UNSPACED}]`, 'u');
const PARTS = new RegExp(`[${UNSPACED}\\p{M}]+|[^${UNSPACED}]+`, 'gu');
const LATIN_ACCENTS = /(\p{Script=Latin})\p{M}+/gu;
/** No sign has as many marks; normalizing takes the square of their number. https://unicode.org/reports/tr15/#Stream_Safe_Text_Format */
const TOO_MANY_MARKS = /(\p{M}{30})\p{M}+/gu;
const LONGEST_TOKEN = 60;
/** Longer texts are found by their beginning. */
const LONGEST_TEXT = 20_000;
/** A tsvector keeps no more. */
const LAST_POSITION = 16_383;
const MOST_POSITIONS = 64;

/** The words of a text. The same everywhere, whatever the database's locale is. */
export function* wordsOf(text: string): Generator<Word> {
  for (const { 0: run, index } of text.slice(0, LONGEST_TEXT).matchAll(RUNS)) {
    const tokens = (folded(run).match(RUNS) ?? []).flatMap(partsOf);
    yield { start: index, end: index + run.length, tokens };
  }
}

/** Letters as they are compared: small, without the accents of Latin ones, one form of each. */
function folded(run: string): string {
  const bounded = run.replace(TOO_MANY_MARKS, '$1');
  const plain = bounded.normalize('NFKD').replace(LATIN_ACCENTS, '$1').normalize('NFC').toLowerCase();
  return plain.replaceAll('ß', 'ss').replaceAll('ё', 'е');
}

/** Whether it is of a script that is written without blanks. */
export function isUnspaced(token: string): boolean {
  return IS_UNSPACED.test(token);
}

function partsOf(run: string): string[] {
  return (run.match(PARTS) ?? []).flatMap((part) => (isUnspaced(part) ? pairsOf([...part]) : [cut(part)]));
}

function pairsOf(signs: readonly string[]): string[] {
  return signs.map((sign, index) => sign + (signs[index + 1] ?? ''));
}

function cut(token: string): string {
  return token.length > LONGEST_TOKEN ? token.slice(0, LONGEST_TOKEN).toWellFormed() : token;
}

/** The words of a text as the literal of a `tsvector`; undefined when there are none. */
export function vectorOf(text: string): string | undefined {
  const places = new Map<string, number[]>();
  let position = 0;
  for (const { tokens } of wordsOf(text)) {
    for (const token of tokens) {
      const at = Math.min(++position, LAST_POSITION);
      const known = places.get(token);
      if (!known) places.set(token, [at]);
      else if (known.length < MOST_POSITIONS) known.push(at);
    }
  }
  if (places.size === 0) return undefined;
  return [...places].map(([token, at]) => `'${token}':${at.join()}`).join(' ');
}
