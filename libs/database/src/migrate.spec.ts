import { migrations } from './data-source.js';
import { migrate } from './migrate.js';
import { TABLES } from './tables.js';
import { openTestDatabase, type TestDatabase } from './testing/test-database.js';

let test: TestDatabase;
beforeEach(async () => (test = await openTestDatabase()));
afterEach(() => test.close());

const tables = () =>
  test.database.rows<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
  );
const columns = () =>
  test.database.rows(
    `SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
     WHERE table_schema = 'public' ORDER BY 1, 2`,
  );

it('goes down to nothing and up again to the same tables, with data in them', async () => {
  await test.database.rows(`INSERT INTO settings VALUES ('colour', '"red"')`);
  await test.database.rows(`INSERT INTO queues (id, name) VALUES ('0190a0a0-0000-7000-8000-000000000001', 'Sales')`);
  await test.database.rows(
    `INSERT INTO channels (id, messenger, source, name, queue_id, queue_live, deleted_at) VALUES
       ('0190a0a0-0000-7000-8000-000000000002', 'telegram', '1', 'Gone', '0190a0a0-0000-7000-8000-000000000001', NULL, now()),
       ('0190a0a0-0000-7000-8000-000000000003', 'telegram', '1', 'Bot', '0190a0a0-0000-7000-8000-000000000001', true, NULL)`,
  );
  const before = await columns();
  for (const _ of migrations) await test.dataSource.undoLastMigration();
  expect(await tables()).toEqual([{ name: 'migrations' }]);
  await migrate(test.url);
  expect(await columns()).toEqual(before);
});

it('migrates an empty database once when three nodes start at once', async () => {
  await emptied();
  await Promise.all([migrate(test.url), migrate(test.url), migrate(test.url)]);
  expect(await test.database.rows('SELECT count(*)::int AS n FROM migrations')).toEqual([{ n: migrations.length }]);
});

it('a database of a newer version is left alone, with a sentence that says what to do', async () => {
  await test.database.rows(
    `INSERT INTO migrations (timestamp, name) VALUES (1999999999999, 'OfTomorrow1999999999999')`,
  );
  const before = await tables();
  await expect(migrate(test.url)).rejects.toThrow(/newer version of Parley .*OfTomorrow1999999999999.* backup/);
  expect(await tables()).toEqual(before);
});

it.each([
  ['tables with names of ours', [`CREATE TABLE users (email text)`]],
  ['tables of other names', [`CREATE TABLE invoices (id int)`, `CREATE VIEW old_invoices AS SELECT * FROM invoices`]],
  ['a list of migrations in another shape', [`CREATE TABLE migrations (id int, migration text, batch int)`]],
  [
    'a list of migrations like ours',
    [
      `CREATE TABLE migrations (id serial, timestamp bigint, name text)`,
      `INSERT INTO migrations (timestamp, name) VALUES (1999999999999, 'Invoices1999999999999')`,
    ],
  ],
])('a database of another program, with %s, is left alone, with a sentence that says what to do', async (_, made) => {
  await emptied();
  for (const statement of made) await test.database.rows(statement);
  const before = await columns();
  await expect(migrate(test.url)).rejects.toThrow(/another program.*Nothing was changed.*DATABASE_URL/);
  expect(await columns()).toEqual(before);
});

it('what extensions bring along is nobody’s', async () => {
  await emptied();
  await test.database.rows('CREATE EXTENSION pg_stat_statements');
  await migrate(test.url);
});

it('a database that lost tables is left alone, with a sentence that says which and what to do', async () => {
  await test.database.rows('DROP TABLE chat_tags, chat_drafts');
  const before = await tables();
  await expect(migrate(test.url)).rejects.toThrow(/missing: chat_drafts, chat_tags\. Nothing was changed.* backup/);
  expect(await tables()).toEqual(before);
});

it('knows every table that its migrations make', async () => {
  expect((await tables()).map(({ name }) => name).sort()).toEqual([...TABLES].sort());
});

async function emptied(): Promise<void> {
  await test.database.rows('DROP SCHEMA public CASCADE');
  await test.database.rows('CREATE SCHEMA public');
}

it.each(['SQL_ASCII', 'LATIN1'])(
  'makes no tables in a database of the encoding %s, and says how to make a better one',
  async (encoding) => {
    const name = `encoding_${encoding.toLowerCase()}_${process.pid}`;
    await test.database.rows(
      `CREATE DATABASE ${name} ENCODING '${encoding}' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0`,
    );
    const url = new URL(test.url);
    url.pathname = `/${name}`;
    try {
      await expect(migrate(url.href)).rejects.toThrow(new RegExp(`encoding ${encoding}.*CREATE DATABASE .*UTF8`));
    } finally {
      await test.database.rows(`DROP DATABASE ${name}`);
    }
  },
);
