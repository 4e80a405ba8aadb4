import fc from 'fast-check';
import { queryOf } from './query.js';
import { type SnippetPart, snippetOf } from './snippet.js';

const show = (parts: readonly SnippetPart[]) => parts.map(({ text, hit }) => (hit ? `[${text}]` : text)).join('');
const snippet = (text: string, query: string) => show(snippetOf(text, queryOf(query)!.finds));

it.each([
  ['Is the OAK lamp there? An oak one.', 'oak lam', 'Is the [OAK] [lamp] there? An [oak] one.'],
  ['<b>Füße</b>', 'fusse', '<b>[Füße]</b>'],
  ['Nothing of it', 'lamp', 'Nothing of it'],
])('marks in %j the words of %j', (text, query, expected) => {
  expect(snippet(text, query)).toBe(expected);
});

it('shows of a long text what is around the first hit, whole words', () => {
  const text = `${'before '.repeat(50)}lamp ${'after '.repeat(100)}`;
  expect(snippet(text, 'lamp')).toMatch(/^…(before ){8}\[lamp\] (after )+after…$/);
});

it('shows a part of the text as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.stringMatching(/^[a-z0-9]{1,3}$/), (text, word) => {
      const parts = snippetOf(text, queryOf(word)!.finds)
        .map((part) => part.text)
        .join('')
        .replace(/^…|…$/g, '');
      expect(text.toWellFormed()).toContain(parts);
    }),
  );
});
