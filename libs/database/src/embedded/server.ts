import { spawn } from 'node:child_process';
import { chown, open, readFile, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readPassword, writeSettings, type Cluster } from './cluster.js';
import { isAlive, readPidFile, removePidFile, worksIn } from './pid-file.js';
import { connect, serves, type Address } from './postmaster.repository.js';

const LOG_FILE = 'server.log';
const LOG_LIMIT = 10 * 1024 * 1024;
const POLL_MS = 25;
const SLOW_POLL_MS = 250;
/** How long another process in the directory may take to answer or to go. */
const OTHER_PATIENCE_MS = 30_000;
/** Recovery after a crash reads up to max_wal_size of log. */
const START_PATIENCE_MS = 300_000;
/** Below the range that the system hands out for outgoing connections. */
const FIRST_PORT = 15_432;
const PORTS = 10_000;

/** A server that answered, and whose data directory is the cluster's. */
export interface Server {
  readonly address: Address;
  readonly pid: number;
  readonly adopted: boolean;
}

/**
 * Finds the server that runs over the cluster, or starts one. Safe when several processes do it at once: PostgreSQL
 * lets one of them start, the others adopt. With `port`, only that port will do (callers hold connections to it).
 */
export async function ensureServer(cluster: Cluster, port?: number): Promise<Server> {
  const password = await readPassword(cluster.dataDir);
  const deadline = Date.now() + OTHER_PATIENCE_MS;
  let reason = '';
  while (Date.now() < deadline) {
    const present = await findServer(cluster.dataDir, password);
    if (present) return present;
    if (await isOccupied(cluster.dataDir)) {
      reason = 'another server works in it, but does not answer';
      await sleep(4 * POLL_MS);
      continue;
    }
    const outcome = await launch(cluster, { port: port ?? (await freePort()), password });
    if (typeof outcome !== 'string') return outcome;
    reason = outcome;
    if (!isPassing(reason)) break;
    await sleep(POLL_MS);
  }
  throw new Error(`PostgreSQL did not start over ${cluster.dataDir}: ${reason}`);
}

/** The server over `dataDir` if it answers to our password and says that this is its directory. */
export async function findServer(dataDir: string, password: string): Promise<Server | undefined> {
  const file = await readPidFile(dataDir);
  if (!file?.port) return undefined;
  const address = { port: file.port, password };
  return (await answers(dataDir, address)) ? { address, pid: file.pid, adopted: true } : undefined;
}

/** Fast shutdown: open transactions are rolled back, everything committed is on disk. Waits for the end. */
export async function stopServer(dataDir: string, pid: number, patienceMs = 30_000): Promise<void> {
  const deadline = Date.now() + patienceMs;
  signal(pid, 'SIGINT');
  while (await isRunning(dataDir, pid)) {
    if (Date.now() > deadline) {
      signal(pid, 'SIGQUIT');
      return;
    }
    await sleep(POLL_MS);
  }
}

/** By the pid file too: nobody may be there to reap an adopted server's process. */
async function isRunning(dataDir: string, pid: number): Promise<boolean> {
  return isAlive(pid) && (await readPidFile(dataDir))?.pid === pid;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already, which is what was asked for.
  }
}

/** A living postmaster of this directory keeps it; a pid file that names any other program is stale and is removed. */
async function isOccupied(dataDir: string): Promise<boolean> {
  const file = await readPidFile(dataDir);
  if (!file || !isAlive(file.pid)) return false;
  if (await worksIn(file.pid, dataDir)) return true;
  await removePidFile(dataDir);
  return false;
}

/** Reasons that pass: someone else was faster, a port was taken, or a killed server's last processes are still going. */
function isPassing(reason: string): boolean {
  return /postmaster\.pid|could not bind|Address already in use|shared memory block|is still in use/i.test(reason);
}

async function answers(dataDir: string, address: Address): Promise<boolean> {
  try {
    const client = await connect(address, 'parley-probe');
    try {
      return await serves(client, dataDir);
    } finally {
      await client.end();
    }
  } catch {
    return false;
  }
}

/** @returns the server once it answers, or why the process ended. */
async function launch(cluster: Cluster, address: Address): Promise<Server | string> {
  const { dataDir, binaries, runner } = cluster;
  await writeSettings(cluster);
  const log = await openLog(cluster);
  const from = (await log.stat()).size;
  // A process group of its own: Ctrl-C in the terminal reaches us, who drain first, and never the server.
  const child = spawn(binaries.postgres, serverArguments(dataDir, address.port, await folderOf(dataDir)), {
    cwd: dataDir,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: { ...process.env, LC_ALL: 'C' },
    ...(runner && { uid: runner.uid, gid: runner.gid }),
  });
  let ended: string | undefined;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, name) => (ended ??= `it ended with ${code ?? name}`));
  child.unref();
  await log.close();
  const deadline = Date.now() + START_PATIENCE_MS;
  for (let pause = POLL_MS; ended === undefined && Date.now() < deadline; pause = Math.min(pause * 1.2, SLOW_POLL_MS)) {
    if (await answers(dataDir, address)) return { address, pid: child.pid ?? 0, adopted: false };
    await sleep(pause);
  }
  return `${ended ?? 'it does not answer'}\n${await readLog(dataDir, from)}`.trim();
}

function serverArguments(dataDir: string, port: number, folder: string): string[] {
  const fixed = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'logging_collector=off'];
  const settings = [...fixed, `parley.folder=${folder}`];
  return ['-D', dataDir, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
}

/**
 * Another one in a copy, as when a backup was put back: then history may go another way than it went before, under the same
 * numbers of transactions.
 */
async function folderOf(dataDir: string): Promise<string> {
  const { ino, birthtimeNs } = await stat(join(dataDir, 'PG_VERSION'), { bigint: true });
  return `${ino}-${birthtimeNs}`;
}

/** A file, not a pipe: the server outlives us, and would lose its log with the pipe's reader. */
async function openLog({ dataDir, runner }: Cluster): Promise<Awaited<ReturnType<typeof open>>> {
  const path = join(dataDir, LOG_FILE);
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size > LOG_LIMIT) await rename(path, `${path}.1`);
  const log = await open(path, 'a', 0o600);
  if (runner) await chown(path, runner.uid, runner.gid);
  return log;
}

async function readLog(dataDir: string, from: number): Promise<string> {
  const text = await readFile(join(dataDir, LOG_FILE)).catch(() => Buffer.alloc(0));
  return text.subarray(from).toString('utf8').split('\n').slice(-12).join('\n');
}

async function freePort(): Promise<number> {
  for (let port = FIRST_PORT; ; port = FIRST_PORT + Math.floor(Math.random() * PORTS)) {
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
