import pg from 'pg';
import { LeanClient } from './lean-client.js';
import { withPatience } from './patience.js';
import { openTestDatabase, type TestDatabase } from './testing/test-database.js';

let test: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  test = await openTestDatabase();
  client = new LeanClient({ connectionString: test.url, answerTimeout: 300 });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await test.close();
});

it('answers as the driver does, in each of its forms', async () => {
  const whole = await client.query('SELECT $1::int AS one', [1]);
  expect(whole).toMatchObject({ command: 'SELECT', rowCount: 1, rows: [{ one: 1 }] });
  expect((await client.query({ name: 'named', text: 'SELECT $1::int AS one', values: [2] })).rows).toEqual([
    { one: 2 },
  ]);
  const called = await new Promise((resolve) => {
    client.query('SELECT 3 AS one', (_error: Error, result: pg.QueryResult) => resolve(result.rows));
  });
  expect(called).toEqual([{ one: 3 }]);
  const query = new pg.Query('SELECT 4 AS one');
  const rows: unknown[] = [];
  query.on('row', (row) => rows.push(row));
  client.query(query);
  await new Promise((resolve) => query.on('end', resolve));
  expect(rows).toEqual([{ one: 4 }]);
});

it('says of an error what the database said, and who asked', async () => {
  const asker = async () => await client.query('SELECT nonsense');
  const error = (await asker().catch((reason: unknown) => reason)) as Error;
  expect(error).toMatchObject({ code: '42703', message: 'column "nonsense" does not exist' });
  expect(error.stack).toContain('lean-client.spec');
});

it('a statement without an answer takes its connection with it, and those behind it; one that has its answer does not', async () => {
  const impatient: pg.Client = new LeanClient({ connectionString: test.url, answerTimeout: 300 });
  impatient.on('error', () => undefined);
  await impatient.connect();
  await impatient.query('SELECT pg_sleep(0.2)');
  await impatient.query('SELECT pg_sleep(0.2)');
  const both = [impatient.query('SELECT pg_sleep(30)'), impatient.query('SELECT 1')];
  const ends = await Promise.allSettled(both);
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(impatient.query('SELECT 1')).rejects.toThrow('not queryable');
});

it('where nobody has a patience of their own it is the usual one', async () => {
  const usual: pg.Client = new LeanClient({ connectionString: test.url, usualPatience: 300 });
  usual.on('error', () => undefined);
  await usual.connect();
  await withPatience(5_000, () => usual.query('SELECT pg_sleep(0.6)'));
  await expect(usual.query('SELECT pg_sleep(30)')).rejects.toThrow('Query read timeout');
});

it('a statement asked for in somebody’s patience is given up when that ends, and no other', async () => {
  const asked: pg.Client = new LeanClient({ connectionString: test.url });
  asked.on('error', () => undefined);
  await asked.connect();
  await asked.query('SELECT pg_sleep(0.4)');
  await withPatience(300, () => asked.query('SELECT pg_sleep(0.1)'));
  await asked.query('SELECT pg_sleep(0.4)');
  await expect(withPatience(300, () => asked.query('SELECT pg_sleep(30)'))).rejects.toThrow('Query read timeout');
});

it('whose patience is short is not kept waiting by the longer one of who asked before', async () => {
  const asked: pg.Client = new LeanClient({ connectionString: test.url });
  asked.on('error', () => undefined);
  await asked.connect();
  await withPatience(3_600_000, () => asked.query('SELECT 1'));
  await expect(withPatience(300, () => asked.query('SELECT pg_sleep(5)'))).rejects.toThrow('Query read timeout');
});
