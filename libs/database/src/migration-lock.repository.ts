import pg from 'pg';
import { onceItAnswers } from './slow-start.js';

const MIGRATION_LOCK = 7_235_419_001;

/** The lock is the session's: it goes with the connection, so a killed node never keeps the others waiting. */
export async function holdingMigrationLock<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await onceItAnswers(() => connect(url));
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Names of those that the database has been through. Undefined where the table of that name is none of ours. */
export async function doneMigrations(client: pg.Client): Promise<Set<string> | undefined> {
  const columns = await client.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
     WHERE attrelid = to_regclass('migrations') AND attnum > 0 AND NOT attisdropped ORDER BY 1`,
  );
  if (columns.rows.length === 0) return new Set();
  if (columns.rows.map(({ name }) => name).join() !== 'id,name,timestamp') return undefined;
  const done = await client.query<{ name: string }>('SELECT name FROM migrations');
  return new Set(done.rows.map(({ name }) => name));
}

/** Tables and views in the place where ours are made, but for what came with extensions. */
export async function tablesThere(client: pg.Client): Promise<string[]> {
  const found = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT EXISTS (
       SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
     ORDER BY 1`,
  );
  return found.rows.map(({ name }) => name);
}

/** Those of these tables that are not found, in whichever schema of the search path. */
export async function missingTables(client: pg.Client, names: readonly string[]): Promise<string[]> {
  const found = await client.query<{ name: string }>(
    `SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(quote_ident(name)) IS NULL`,
    [names],
  );
  return found.rows.map(({ name }) => name);
}

/** Whether it is a standby, or set to read-only. */
export async function isReadOnlyFor(client: pg.Client): Promise<boolean> {
  const found = await client.query<{ transaction_read_only: string }>('SHOW transaction_read_only');
  return found.rows[0]!.transaction_read_only === 'on';
}

const OLDEST_MAJOR = 15;

/** Why this server and database cannot be used, as a sentence; undefined where they can. */
export async function whyUnsuitable(client: pg.Client): Promise<string | undefined> {
  const found = await client.query<{ major: number; encoding: string }>(
    `SELECT current_setting('server_version_num')::int / 10000 AS major, current_setting('server_encoding') AS encoding`,
  );
  const { major, encoding } = found.rows[0]!;
  if (major < OLDEST_MAJOR) return `This is PostgreSQL ${major}, and Parley needs ${OLDEST_MAJOR} or later.`;
  if (encoding === 'UTF8') return undefined;
  return (
    `This database has the encoding ${encoding}, which does not hold what people write. Make another one: ` +
    `CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`
  );
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'parley-migrate',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
