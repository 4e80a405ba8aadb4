import { Socket } from 'node:net';
import { setTimeout as pauseFor } from 'node:timers/promises';
import pg from 'pg';
import type { Database } from '../database.js';

const TEMPLATE_LOCK = 7_235_419_003;
const LEFT_OVER_MS = 3 * 3_600_000;
/** How long sessions may take to end. */
const LEAVING_MS = 1_000;

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

interface Session {
  readonly server: string;
  readonly socket: Socket;
  readonly client: Promise<pg.Client>;
}

/** In which this worker makes and drops its databases: a session for each would cost as much as the database. */
let session: Session | undefined;
let last: Promise<unknown> = Promise.resolve();

/** One after the other, because a lock that a session has is given to whoever else asks in this session, too. */
function onServer<T>(server: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const now = last.then(async () => {
    const { client, socket } = sessionOn(server);
    socket.ref();
    try {
      return await work(await client);
    } finally {
      // It ends with the worker, and does not keep it.
      socket.unref();
    }
  });
  last = now.catch(() => undefined);
  return now;
}

function sessionOn(server: string): Session {
  if (session?.server === server) return session;
  const socket = new Socket();
  const opened = { server, socket, client: connect(server, socket) };
  session = opened;
  // As when another run stopped the server.
  socket.once('close', () => {
    if (session === opened) session = undefined;
  });
  return opened;
}

async function connect(server: string, socket: Socket): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: server,
    connectionTimeoutMillis: 10_000,
    application_name: 'parley-test',
    stream: () => socket,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
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
  try {
    if (!(await isThere())) await makeTemplate(server, client, { name, prepare });
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
}

async function makeTemplate(server: string, client: pg.Client, { name, prepare }: Template): Promise<void> {
  await dropLeftOvers(client);
  const draft = `${name}_draft`;
  await client.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${draft} TEMPLATE template0 ENCODING 'UTF8'`);
  await prepare(urlOf(server, draft));
  await client.query(`ALTER DATABASE ${draft} RENAME TO ${name}`);
}

export function dropDatabase(server: string, name: string): Promise<void> {
  return onServer(server, async (client) => {
    const used = `SELECT FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`;
    // A pool is closed before its sessions have ended: one that is ended from here instead says that it was lost.
    const deadline = performance.now() + LEAVING_MS;
    while ((await client.query(used, [name])).rowCount !== 0 && performance.now() < deadline) await pauseFor(5);
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
