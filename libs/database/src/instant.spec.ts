import fc from 'fast-check';
import pg from 'pg';
import { instantOf } from './instant.js';
import { openTestDatabase, type TestDatabase } from './testing/test-database.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await openTestDatabase();
});
afterAll(() => test.close());

const bySlowParser = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ) as (text: string) => unknown;

it('reads every moment as the driver does', async () => {
  const microseconds = fc.bigInt({ min: -30_000_000_000_000_000n, max: 250_000_000_000_000_000n });
  const written = await test.database.rows<{ text: string }>(
    `SELECT (timestamptz '2000-01-01Z' + n * interval '1 microsecond')::text AS text FROM unnest($1::bigint[]) AS n`,
    [fc.sample(microseconds, 2_000).map(String)],
  );
  for (const { text } of written) expect(instantOf(text)).toEqual(bySlowParser(text));
});

it.each([
  '2026-11-29 01:47:49+00',
  '2026-11-29 01:47:49.3+00',
  '2026-11-29 01:47:49.39+00',
  '2026-11-29 01:47:49.390999+00',
  '1969-12-31 23:59:59.999+00',
  '2026-11-29 01:47:49.39+02',
  '2026-11-29 01:47:49+05:30',
  '0099-01-01 00:00:00+00',
  '12026-11-29 01:47:49+00',
  '0044-03-15 12:00:00+00 BC',
  'infinity',
  '-infinity',
])('%s', (text) => {
  expect(instantOf(text)).toEqual(bySlowParser(text));
});
