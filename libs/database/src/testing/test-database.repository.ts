import pg from 'pg';
import type { Database } from '../database.js';

const TEMPLATE_LOCK = 7_235_419_003;
const LEFT_OVER_MS = 3 * 3_600_000;

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function onServer<T>(server: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export interface Template {
  readonly name: string;
  /** Called once, with the URL of an empty database. */
  readonly prepare: (url: string) => Promise<void>;
}

/** @returns the new database's URL. */
export function createFromTemplate(server: string, template: Template, name: string): Promise<string> {
  return onServer(server, async (client) => {
    await ensureTemplate(server, client, template);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template.name} STRATEGY file_copy`);
    return urlOf(server, name);
  });
}

/** How many transactions of this database wait for a lock. */
export async function waitingForLocks(database: Database): Promise<number> {
  const waiting = await database.rows(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return waiting.length;
}

/** Makes the template once; whoever comes meanwhile waits. It gets its name last, so a half-made one is never used. */
async function ensureTemplate(server: string, client: pg.Client, { name, prepare }: Template): Promise<void> {
  const isThere = async () => {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    return found.rowCount === 1;
  };
  if (await isThere()) return;
  await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  if (await isThere()) return;
  await dropLeftOvers(client);
  const draft = `${name}_draft`;
  await client.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${draft} TEMPLATE template0 ENCODING 'UTF8'`);
  await prepare(urlOf(server, draft));
  await client.query(`ALTER DATABASE ${draft} RENAME TO ${name}`);
}

export function dropDatabase(server: string, name: string): Promise<void> {
  return onServer(server, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  });
}

/** Databases of runs that were killed, and templates of earlier migrations. */
async function dropLeftOvers(client: pg.Client): Promise<void> {
  const found = await client.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database WHERE datname ~ '^test_\\d+_'`,
  );
  const old = found.rows.filter(({ name }) => Number(name.split('_')[1]) < Date.now() - LEFT_OVER_MS);
  for (const { name } of old) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}
