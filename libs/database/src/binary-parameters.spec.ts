import fc from 'fast-check';
import { booleanArray, instantArray, integerArray, textArray, uuidArray } from './binary-array.js';
import { openTestDatabase, type TestDatabase } from './testing/test-database.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await openTestDatabase();
});
afterAll(() => test?.close());

const plain = fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('\0') && one.isWellFormed());
const whole = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const instant = fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2100, 0) });

/** What the server reads, written by it as JSON. */
async function read(type: string, bytes: Buffer): Promise<unknown> {
  const [answer] = await test.database.rows<{ items: unknown }>(`SELECT to_json($1::${type}[]) AS items`, [bytes]);
  return answer!.items;
}

const cases = [
  { type: 'text', item: plain, of: textArray, reads: (item: string) => item },
  { type: 'uuid', item: fc.uuid(), of: uuidArray, reads: (item: string) => item.toLowerCase() },
  { type: 'int', item: whole, of: integerArray, reads: (item: number) => item },
  { type: 'boolean', item: fc.boolean(), of: booleanArray, reads: (item: boolean) => item },
];

it.each(cases)('the server reads an array of $type as it was, nulls and all', async ({ type, item, of, reads }) => {
  const arbitrary = fc.array(fc.option(item as fc.Arbitrary<never>, { freq: 4 }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(arbitrary, async (items) => {
      const expected = items.map((one) => (one === null ? null : reads(one)));
      expect(await read(type, of(items))).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

it('the server reads moments to the millisecond, before 2000 and after', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(instant, { freq: 4 }), { maxLength: 40 }), async (moments) => {
      const items = (await read('timestamptz', instantArray(moments))) as (string | null)[];
      expect(items.map((one) => (one === null ? null : Date.parse(one)))).toEqual(moments);
    }),
    { numRuns: 60 },
  );
});

it.each(['', 'b2c4', '0197-', 'g1b2c3d4e5f60718293a4b5c6d7e8f90', '00112233445566778899aabbccddeeff0'])(
  'what is no UUID is not sent: "%s"',
  (text) => {
    expect(() => uuidArray([text])).toThrow('This is no UUID');
  },
);
