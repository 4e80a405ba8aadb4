import { decodeCursor, encodeCursor, pageOf } from './page.js';
import { Problem } from './problem.js';

const cursorOf = (n: number) => encodeCursor([n]);

it('says there is a next page only when one item too many was found', () => {
  expect(pageOf([1, 2, 3], 2, cursorOf)).toEqual({ data: [1, 2], page: { next: encodeCursor([2]), prev: null } });
  expect(pageOf([1, 2], 2, cursorOf)).toEqual({ data: [1, 2], page: { next: null, prev: null } });
  expect(pageOf([], 2, cursorOf)).toEqual({ data: [], page: { next: null, prev: null } });
});

it('gives back what a cursor was made of', () => {
  expect(decodeCursor(encodeCursor(['2026-01-01T00:00:00.000Z', 7, null]), 3)).toEqual([
    '2026-01-01T00:00:00.000Z',
    '7',
    '',
  ]);
});

it.each([
  ['nothing', ''],
  ['noise', '%%%'],
  ['another length', encodeCursor(['a'])],
  ['other types', Buffer.from('[1,{}]').toString('base64url')],
  ['an object', Buffer.from('{"length":2}').toString('base64url')],
  ['NUL', encodeCursor(['a\0', 'b'])],
])('refuses %s as a cursor', (_, cursor) => {
  expect(() => decodeCursor(cursor, 2)).toThrow(Problem);
});
