import fc from 'fast-check';
import { openTestDatabase } from '#database';
import { rounds } from '../testing/rounds.js';
import { queryOf } from './query.js';
import { vectorOf, wordsOf } from './words.js';

let house: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  house = await openTestDatabase();
});
afterAll(() => house.close());

const tokensOf = (text: string) => [...wordsOf(text)].flatMap(({ tokens }) => tokens);

it.each([
  ['Is the OAK lamp there?', ['is', 'the', 'oak', 'lamp', 'there']],
  ['Füße, naïve Ångström', ['fusse', 'naive', 'angstrom']],
  ['Ёлка и йод', ['елка', 'и', 'йод']],
  ['İstanbul', ['istanbul']],
  [
    'write to ivan.petrov@example.com, order №12-3456',
    ['write', 'to', 'ivan', 'petrov', 'example', 'com', 'order', '12', '3456'],
  ],
  ['東京都 tower', ['東京', '京都', '都', 'tower']],
  ['🪔 !!! \u0000 \ud800', []],
])('cuts %j into words', (text, tokens) => {
  expect(tokensOf(text)).toEqual(tokens);
});

async function finds(text: string, query: string): Promise<boolean> {
  const [found] = await house.database.rows<{ yes: boolean }>('SELECT $1::tsvector @@ $2::tsquery AS yes', [
    vectorOf(text) ?? '',
    queryOf(query)!.literal,
  ]);
  return found!.yes;
}

it.each([
  ['all words, in any order', 'lamp oak', true],
  ['not when one is missing', 'lamp beech', false],
  ['the beginning of the last word', 'oak la', true],
  ['not the beginning of an earlier word', 'oa lamp', false],
  ['not the beginning of a last word that is over', 'oak la ', false],
  ['words side by side', '"oak lamp"', true],
  ['not quoted words that stand apart', '"the there"', false],
  ['a quotation that was not ended', '"oak lam', true],
  ['what stands together without a blank', 'maria.lis@exam', true],
  ['any case and accent', 'LÄMP', true],
  ['nothing by one letter', 'o', false],
  ['signs of the query’s language as no more than blanks', "oak & | ! ( ) :* <-> 'lamp\\ ' ", true],
])('finds %s', async (_, query, expected) => {
  expect(await finds('Is the oak lamp there? maria.lis@example.com', query)).toBe(expected);
});

it.each(['東京', '京都', '都', '東京都'])('finds %s where words are written without blanks', async (query) => {
  expect(await finds('これは東京都です。東京都', query)).toBe(true);
});

it.each(['', ' ', '!?', '""', '🪔', Array.from({ length: 17 }, (_, n) => `w${n}`).join(' ')])(
  'looks for nothing by %j',
  (query) => {
    expect(queryOf(query)).toBeUndefined();
  },
);

it('makes of any text what the database takes, and finds each of its words in it', async () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: 'grapheme', maxLength: 200 }),
  );
  await fc.assert(
    fc.asyncProperty(anything, async (text) => {
      const words = [...wordsOf(text)].slice(0, 5).map(({ start, end }) => text.slice(start, end));
      for (const word of words) if (queryOf(word)) expect([word, await finds(text, word)]).toEqual([word, true]);
    }),
    { numRuns: rounds(100, 5_000) },
  );
});

it('takes a text of a megabyte, and finds it by its beginning', async () => {
  expect(await finds(`begin ${'word '.repeat(200_000)} end`, 'begin')).toBe(true);
  expect(await finds(`begin ${'x'.repeat(1_000_000)}`, 'begin')).toBe(true);
});

/** To bring marks in order takes the square of their number, and anybody may write a text. */
it('of a sign with more marks than any has the first ones count', () => {
  const marked = (marks: number) => vectorOf('א' + '\u05b0'.repeat(marks));
  expect(marked(10_000)).toBe(marked(30));
});
