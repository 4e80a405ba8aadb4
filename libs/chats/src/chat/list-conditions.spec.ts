import fc from 'fast-check';
import { openTestDatabase, type TestDatabase } from '#database';
import { micros } from './list-conditions.repository.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await openTestDatabase();
});
afterAll(() => test.close());

it('a place in a list holds its time to the microsecond', async () => {
  const times = fc.sample(fc.bigInt({ min: 0n, max: 2n ** 32n * 1_000_000n - 1n }).map(String), 5_000);
  const found = await test.database.rows<{ micros: string }>(
    `SELECT ${micros(`timestamptz 'epoch' + n * interval '1 microsecond'`)} AS micros FROM unnest($1::bigint[]) n`,
    [times],
  );
  expect(found.map((one) => one.micros)).toEqual(times);
});
