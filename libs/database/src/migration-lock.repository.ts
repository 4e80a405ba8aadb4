import pg from 'pg';
import { onceItAnswers } from './slow-start.js';

const MIGRATION_LOCK = 7_235_419_001;

/** The lock is the session's: it goes with the connection, so a killed node never keeps the others waiting. */
export async function holdingMigrationLock<T>(url: string, work: () => Promise<T>): Promise<T> {
  const client = await onceItAnswers(() => connect(url));
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return await work();
  } finally {
    await client.end();
  }
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
