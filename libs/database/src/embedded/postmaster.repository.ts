import { realpath } from 'node:fs/promises';
import pg from 'pg';
import { SUPERUSER } from './cluster.js';

/** One lock per cluster: whoever holds it in a session is the Parley that supervises this server. */
const SUPERVISOR_LOCK = 7_235_419_002;

export interface Address {
  readonly port: number;
  readonly password: string;
}

export function urlOf({ port, password }: Address, database: string): string {
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;
}

export async function connect(address: Address, name: string, timeoutMs = 3_000): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: urlOf(address, 'postgres'),
    application_name: name,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    keepAlive: true,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return client;
}

/** Whether this server's data directory is `dataDir`: the only proof of identity; a port or a pid proves nothing. */
export async function serves(client: pg.Client, dataDir: string): Promise<boolean> {
  const answer = await client.query<{ path: string }>(`SELECT current_setting('data_directory') AS path`);
  const path = answer.rows[0]?.path ?? '';
  return (await realpath(path).catch(() => path)) === (await realpath(dataDir));
}

export async function tryToSupervise(client: pg.Client): Promise<boolean> {
  const answer = await client.query<{ ok: boolean }>('SELECT pg_try_advisory_lock($1) AS ok', [SUPERVISOR_LOCK]);
  return answer.rows[0]?.ok === true;
}

/** The name under which the present supervisor is connected. */
export async function supervisor(client: pg.Client): Promise<string | undefined> {
  const answer = await client.query<{ name: string }>(
    `SELECT application_name AS name FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND objsubid = 1 AND (classid::bigint << 32) + objid::bigint = $1`,
    [SUPERVISOR_LOCK],
  );
  return answer.rows[0]?.name;
}

export async function ensureDatabase(client: pg.Client, name: string): Promise<void> {
  const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
}
