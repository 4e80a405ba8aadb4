import fc from 'fast-check';
import { arrayLiteral } from './array-literal.js';
import { openTestDatabase, type TestDatabase } from './testing/test-database.js';

let test: TestDatabase;

beforeAll(async () => {
  test = await openTestDatabase();
});
afterAll(() => test?.close());

it('PostgreSQL reads back every text as it was, nulls, quotes, backslashes, braces and all', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('\0') && one.isWellFormed()),
    fc.constantFrom('', 'NULL', '"', '\\', '{}', ',', ' a ', '\n\t', '\\"', '🙂', '{"a":"b\\n"}'),
    fc.constant(null),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(text), async (items) => {
      const [answer] = await test.database.rows<{ items: (string | null)[] }>('SELECT $1::text[] AS items', [items]);
      expect(answer!.items).toEqual(items);
    }),
    { numRuns: 200 },
  );
});

it('leaves to the driver what it does not know', () => {
  expect(arrayLiteral([1, 2.5, null])).toBe('{1,2.5,NULL}');
  expect(arrayLiteral([Buffer.from('x')])).toBeUndefined();
  expect(arrayLiteral([new Date(0)])).toBeUndefined();
});
