import type { Database } from './database.js';
import { row, rows, type Tx } from './transaction.js';
import { openTestDatabase, type TestDatabase } from './testing/test-database.js';

/** Real: PostgreSQL. */
let test: TestDatabase;
let database: Database;

const OF = { name: 'indexed-of', text: 'SELECT p.id FROM unnest($1::int[]) AS w (id) JOIN pieces p ON p.id = w.id' };

beforeAll(async () => {
  test = await openTestDatabase();
  database = test.database;
  await database.rows('CREATE TABLE pieces (id int PRIMARY KEY)');
  await database.rows('INSERT INTO pieces SELECT generate_series(1, 20)');
  await database.rows('ANALYZE pieces');
});
afterAll(() => test?.close());

async function plansAfter(tx: Tx): Promise<unknown> {
  for (let id = 1; id <= 10; id++) await rows(tx, OF, [[id]]);
  return row(
    tx,
    `SELECT generic_plans::int AS kept, custom_plans::int AS made FROM pg_prepared_statements WHERE name = $1`,
    [OF.name],
  );
}

it('plans a statement once, from the first time on', async () => {
  expect(await database.indexed(plansAfter)).toEqual({ kept: 10, made: 0 });
});

it('reads no table whole, however small', async () => {
  const plan = await database.indexed((tx) => rows(tx, 'EXPLAIN SELECT FROM pieces WHERE id = 7'));
  expect(JSON.stringify(plan)).toMatch(/Index Only Scan/);
  expect(JSON.stringify(await database.rows('EXPLAIN SELECT FROM pieces WHERE id = 7'))).toMatch(/Seq Scan/);
});
