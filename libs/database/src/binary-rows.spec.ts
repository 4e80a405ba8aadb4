import fc from 'fast-check';
import pg from 'pg';
import { LeanClient } from './lean-client.js';
import { openTestDatabase, type TestDatabase } from './testing/test-database.js';

let test: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  test = await openTestDatabase();
  client = new LeanClient({ connectionString: test.url, pipeline: true });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await test.close();
});

const ask = async (config: pg.QueryConfig & { binary?: boolean }) =>
  (await client.query<Record<string, unknown>>(config)).rows;

const row = fc.record({
  id: fc.uuid(),
  at: fc.bigInt({ min: -30_000_000_000_000_000n, max: 250_000_000_000_000_000n }).map(String),
  name: fc
    .oneof(fc.constantFrom('Anna', 'Ännä', 'Anne', ''), fc.string({ unit: 'binary' }))
    .map((text) => text.replaceAll('\0', '')),
  number: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  large: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  yes: fc.boolean(),
});

it('gives the values that the text of a row gives', async () => {
  const rows = fc
    .sample(row, 1_000)
    .map((one, index) => (index % 7 ? one : { ...one, name: null, at: null, id: null }));
  const text = `
    SELECT r.id, timestamptz '2000-01-01Z' + r.at::bigint * interval '1 microsecond' AS at, r.name, r.number, r.large, r.yes
    FROM jsonb_to_recordset($1) AS r (id uuid, at text, name text, number int, large bigint, yes boolean)`;
  const values = [JSON.stringify(rows)];
  const asText = await ask({ text, values });
  expect(asText).toHaveLength(1_000);
  expect(await ask({ text, values, binary: true })).toEqual(asText);
});

it('gives arrays as the text of a row gives them', async () => {
  const some = fc.record({
    ids: fc.array(fc.uuid(), { maxLength: 5 }),
    numbers: fc.array(fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })), { maxLength: 5 }),
    names: fc.array(fc.option(fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''))), {
      maxLength: 5,
    }),
    flags: fc.array(fc.boolean(), { maxLength: 5 }),
  });
  const text =
    'SELECT $1::uuid[] AS ids, $2::int[] AS numbers, $3::text[] AS names, $4::bool[] AS flags, NULL::uuid[] AS none';
  for (const { ids, numbers, names, flags } of fc.sample(some, 200)) {
    const values = [ids, numbers, names, flags];
    expect(await ask({ text, values, binary: true })).toEqual(await ask({ text, values }));
  }
});

it('reads moments without end as the driver does', async () => {
  const text = `SELECT t::timestamptz AS t FROM unnest(ARRAY['infinity', '-infinity', '1969-12-31 23:59:59.9999Z']) t`;
  expect(await ask({ text, binary: true })).toEqual(await ask({ text }));
});

it('statements in both forms share a connection, prepared or not, and their rows go to who asked', async () => {
  const numbers = { text: 'SELECT n FROM generate_series(1, $1::int) n', values: [20_000] };
  const expected = await ask(numbers);
  const answers = await Promise.all([
    ask({ ...numbers, binary: true }),
    ask(numbers),
    ask({ ...numbers, name: 'numbers', binary: true }),
    ask({ ...numbers, name: 'numbers', binary: true }),
    ask({ ...numbers, name: 'numbers' }),
  ]);
  for (const answer of answers) expect(answer).toEqual(expected);
});

it('names the column whose type is not read, and the connection goes on', async () => {
  await expect(ask({ text: 'SELECT 1.5 AS price', binary: true })).rejects.toThrow('Column "price" has a type (1700)');
  await expect(ask({ text: 'SELECT 1 / n AS n FROM generate_series(-1, 1) n', binary: true })).rejects.toMatchObject({
    code: '22012',
  });
  expect(await ask({ text: 'SELECT 1 AS one', binary: true })).toEqual([{ one: 1 }]);
});
