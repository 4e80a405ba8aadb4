import type { Database } from './database.js';
import { openTestDatabase, type TestDatabase } from './testing/test-database.js';
import { inTransaction, rows } from './transaction.js';

/** Real: PostgreSQL. */
let test: TestDatabase;
let database: Database;

const ADD = { name: 'transaction-add', text: 'INSERT INTO steps (name) VALUES ($1)' };

beforeAll(async () => {
  test = await openTestDatabase();
  database = test.database;
  await database.rows('CREATE TABLE steps (name text)');
});
beforeEach(() => database.rows('TRUNCATE steps'));
afterAll(() => test?.close());

const names = async () => (await database.rows<{ name: string }>('SELECT name FROM steps')).map(({ name }) => name);

it('carries out what is asked at once in its order, and all of it or nothing', async () => {
  const steps = ['a', 'b', 'c', 'd', 'e'];
  await database.transaction((tx) => Promise.all(steps.map((name) => rows(tx, ADD, [name]))));
  expect(await names()).toEqual(steps);
  const failing = database.transaction((tx) => Promise.all([rows(tx, ADD, ['f']), rows(tx, 'SELECT 1/0')]));
  await expect(failing).rejects.toMatchObject({ code: '22012' });
  expect(await names()).toEqual(steps);
});

it('what a part of the work still wants after another part has failed is not done', async () => {
  let goOn = () => {};
  const rolledBack = new Promise<void>((resolve) => (goOn = resolve));
  let late: Promise<unknown> = Promise.resolve();
  await database
    .transaction(async (tx) => {
      late = rolledBack.then(() => rows(tx, ADD, ['late']));
      await Promise.all([rows(tx, 'SELECT 1/0'), late]);
    })
    .catch(() => undefined);
  goOn();
  await expect(late).rejects.toThrow('This transaction is over');
  expect(await names()).toEqual([]);
});

it('where no transaction begins, the work comes to its end, and is told why', async () => {
  const begun = inTransaction(database.dataSource, 'BEGIN; SELECT 1/0', async (tx) => {
    await rows(tx, ADD, ['first']);
    return { result: undefined };
  });
  await expect(begun).rejects.toMatchObject({ code: '22012' });
  expect(await names()).toEqual([]);
});

it('never says that something was done which a failure had undone', async () => {
  const swallowed = database.transaction(async (tx) => {
    await rows(tx, ADD, ['before']);
    await rows(tx, 'SELECT 1/0').catch(() => undefined);
  });
  await expect(swallowed).rejects.toThrow('went on after a statement had failed');
  expect(await names()).toEqual([]);
});

it('is joined by the library’s own repositories', async () => {
  const state = await database.transaction(async (tx) => {
    await tx.query(`INSERT INTO steps VALUES ('theirs')`);
    return tx.queryRunner!.isTransactionActive;
  });
  expect(state).toBe(true);
  expect(await names()).toEqual(['theirs']);
});
