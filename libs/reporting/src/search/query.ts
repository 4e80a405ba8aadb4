import { isUnspaced, wordsOf, type Word } from './words.js';

/** What somebody looks for. */
export interface Query {
  /** As the literal of a `tsquery`. */
  readonly literal: string;
  /** Whether a word of a text is one that was looked for. */
  readonly finds: (word: Word) => boolean;
  /** Whether a word of a text begins with one that was looked for. */
  readonly begins: (word: Word) => boolean;
}

const MOST_TOKENS = 16;
const SHORTEST_PREFIX = 2;

/**
 * All words must be there, in any order; what stands in double quotes, or together without a blank, also side by side. The
 * last word may be the beginning of one, unless something follows it. Undefined when there is no word, or too many.
 */
export function queryOf(text: string): Query | undefined {
  const parts = (text.match(/"[^"]*"?|[^\s"]+/g) ?? []).map(tokensOf).filter((tokens) => tokens.length > 0);
  const tokens = parts.flat();
  if (tokens.length === 0 || tokens.length > MOST_TOKENS) return undefined;
  const begun = /[\p{L}\p{N}\p{M}]$/u.test(text) ? prefixOf(tokens.at(-1)!) : undefined;
  const phrases = parts.map((phrase) => phrase.map((token) => `'${token}'`).join(' <-> '));
  return {
    literal: phrases.join(' & ') + (begun === undefined ? '' : ':*'),
    finds: (word) => word.tokens.some((one) => tokens.includes(one) || (begun !== undefined && one.startsWith(begun))),
    begins: (word) => word.tokens.some((one) => tokens.some((token) => one.startsWith(token))),
  };
}

/** The last sign of an unspaced run stands alone in texts that end with it; whoever looks for it may mean any run. */
function tokensOf(part: string): string[] {
  const tokens = [...wordsOf(part)].flatMap((word) => [...word.tokens]);
  const [before = '', last = ''] = tokens.slice(-2);
  const rest =
    tokens.length > 1 && isUnspaced(last) && [...last].length === 1 && before.endsWith(last) && before !== last;
  return rest ? tokens.slice(0, -1) : tokens;
}

/** One letter begins too much; one sign of an unspaced script is a word. */
function prefixOf(token: string): string | undefined {
  return token.length >= SHORTEST_PREFIX || isUnspaced(token) ? token : undefined;
}
