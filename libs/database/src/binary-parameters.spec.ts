import fc from 'fast-check';
import { BinaryParameters } from './binary-parameters.js';
import { row, rows } from './transaction.js';
import { openTestDatabase, type TestDatabase } from './testing/test-database.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await openTestDatabase();
});
afterAll(() => test?.close());

const plain = fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('\0') && one.isWellFormed());
const whole = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const instant = fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2100, 0) });
const listOf = <Item>(item: fc.Arbitrary<Item>) => fc.array(fc.option(item, { freq: 4 }), { maxLength: 40 });

/** Too small for anything, so that it must grow. */
const small = () => new BinaryParameters(0);
const MANY = {
  name: 'many-arrays',
  text: `SELECT to_json($1::text[])::text AS texts, to_json($2::uuid[])::text AS uuids, to_json($3::int[])::text AS integers,
    to_json($4::boolean[])::text AS booleans, $5::boolean AS single, $6::text[] = '{}' AS empty`,
};

it('the server reads what was written: arrays with nulls, single values, in their order', async () => {
  const [texts, uuids, integers, booleans] = [plain, fc.uuid(), whole, fc.boolean()];
  const lists = fc.record({
    texts: listOf(texts),
    uuids: listOf(fc.oneof(uuids, fc.constant('019a8f5c-0000-7000-8000-00000000abcd'))),
    integers: listOf(integers),
    booleans: listOf(booleans),
    single: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(lists, async ({ single, ...all }) => {
      const values = small().texts(all.texts).uuids(all.uuids).integers(all.integers).booleans(all.booleans);
      const answer = await test.database.row<Record<string, string>>(MANY, values.boolean(single).texts([]));
      const read = Object.keys(all).map((name) => [name, JSON.parse(answer![name]!) as unknown]);
      expect(Object.fromEntries(read)).toEqual(all);
      expect(answer).toMatchObject({ single, empty: true });
    }),
    { numRuns: 200 },
  );
});

it('the server reads moments to the millisecond, before 2000 and after', async () => {
  const statement = {
    name: 'moments',
    text: 'SELECT t AS moment, $2::timestamptz AS single FROM unnest($1::timestamptz[]) t',
  };
  await fc.assert(
    fc.asyncProperty(listOf(instant), instant, async (moments, single) => {
      const values = small().instants(moments).instant(single);
      const rows = await test.database.rows<{ moment: Date | null; single: Date }>(statement, values);
      expect(rows.map(({ moment }) => moment?.getTime() ?? null)).toEqual(moments);
      for (const row of rows) expect(row.single.getTime()).toBe(single);
    }),
    { numRuns: 100 },
  );
});

it('a call the server refuses leaves its neighbours alone', async () => {
  const divide = { name: 'divide', text: 'SELECT 12 / n AS n FROM unnest($1::int[]) n' };
  const by = (...numbers: number[]) => test.database.rows(divide, new BinaryParameters().integers(numbers));
  const answers = await Promise.allSettled([by(1), by(0), by(2, 3), by(4)]);
  expect(answers).toMatchObject([
    { value: [{ n: 12 }] },
    { reason: { code: '22012' } },
    { value: [{ n: 6 }, { n: 4 }] },
    { value: [{ n: 3 }] },
  ]);
});

it.each(['', 'b2c4', '0197-', 'g1b2c3d4e5f60718293a4b5c6d7e8f90', '00112233445566778899aabbccddeeff0'])(
  'what is no UUID is not sent: "%s"',
  (text) => {
    expect(() => new BinaryParameters().uuids([text])).toThrow('This is no UUID');
  },
);

it('what the server cannot hold in a text is refused by it as data', async () => {
  const values = new BinaryParameters().texts(['a\0b']);
  await expect(test.database.rows({ name: 'nul', text: 'SELECT $1::text[]' }, values)).rejects.toMatchObject({
    code: '22021',
  });
});

describe('a statement that has run and is not committed yet', () => {
  const insert = (table: string) => ({
    name: `insert-into-${table}`,
    text: `INSERT INTO ${table} SELECT unnest($1::int[])`,
  });

  it('is told of while the server still commits it', async () => {
    for (const text of [
      'CREATE TABLE slow_commits (number int)',
      `CREATE FUNCTION wait_for_the_lock() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END'`,
      `CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON slow_commits DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION wait_for_the_lock()`,
    ])
      await test.database.rows(text);
    const count = 'SELECT count(*)::int AS number FROM slow_commits';
    let isCommitted = false;
    let committing: Promise<unknown> | undefined;
    await test.database.transaction(async (tx) => {
      await rows(tx, 'SELECT pg_advisory_xact_lock(1)');
      await new Promise<void>((heard) => {
        const values = small().integers([1, 2]).whenRun(heard);
        committing = test.database.rows(insert('slow_commits'), values).then(() => (isCommitted = true));
      });
      expect(await row(tx, count)).toEqual({ number: 0 });
      expect(isCommitted).toBe(false);
    });
    await committing;
    expect(await test.database.row(count)).toEqual({ number: 2 });
  });

  it('may still be refused', async () => {
    await test.database.rows('CREATE TABLE late_refusals (number int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
    let hasRun = false;
    const values = small()
      .integers([1, 1])
      .whenRun(() => (hasRun = true));
    await expect(test.database.rows(insert('late_refusals'), values)).rejects.toMatchObject({ code: '23505' });
    expect(hasRun).toBe(true);
  });
});
