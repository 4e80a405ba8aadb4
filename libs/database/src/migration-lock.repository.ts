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

/** Names of those that the database has been through. */
export async function doneMigrations(client: pg.Client): Promise<Set<string>> {
  const table = await client.query<{ there: boolean }>(`SELECT to_regclass('migrations') IS NOT NULL AS there`);
  if (!table.rows[0]!.there) return new Set();
  const done = await client.query<{ name: string }>('SELECT name FROM migrations');
  return new Set(done.rows.map(({ name }) => name));
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
