import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { chown, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.js';
import type { Runner } from './runner.js';

export const SUPERUSER = 'parley';
const PASSWORD_FILE = 'parley.password';
const SETTINGS_FILE = 'parley.conf';

/** Settings by name. Written anew at every start; what an operator adds to postgresql.conf below the include wins. */
export type ServerSettings = Readonly<Record<string, string>>;

/** For a small machine, with nothing that trades durability for speed. */
export const DURABLE_SETTINGS: ServerSettings = {
  max_connections: '100',
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  work_mem: '8MB',
  maintenance_work_mem: '128MB',
  max_wal_size: '2GB',
  min_wal_size: '256MB',
  wal_compression: 'on',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Statements and details quote what customers wrote; the program that asked is told them anyway.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
};

/** A data directory and how its server is run. */
export interface Cluster {
  readonly dataDir: string;
  readonly binaries: Binaries;
  /** Who runs the server when we are root; undefined: we ourselves. */
  readonly runner: Runner | undefined;
  readonly settings: ServerSettings;
}

/** Makes the data directory unless it is there. Atomic: an interrupted attempt leaves no half-made directory. */
export async function createCluster(cluster: Cluster): Promise<void> {
  if (await isCluster(cluster)) return;
  const staging = `${cluster.dataDir}.new-${randomBytes(4).toString('hex')}`;
  try {
    const made = await initialise(cluster, staging);
    await rmdir(cluster.dataDir).catch(() => undefined);
    await rename(made, cluster.dataDir);
  } catch (error) {
    if (!(await isCluster(cluster))) throw error;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

export async function writeSettings(cluster: Cluster): Promise<void> {
  const lines = Object.entries(cluster.settings).map(([name, value]) => `${name} = '${value}'`);
  const header = '# Written at every start. Put your own settings into postgresql.conf, below the include.\n';
  await writeFile(join(cluster.dataDir, SETTINGS_FILE), `${header}${lines.join('\n')}\n`, { mode: 0o644 });
}

export async function readPassword(dataDir: string): Promise<string> {
  return (await readFile(join(dataDir, PASSWORD_FILE), 'utf8')).trim();
}

/** @throws when the directory holds something else, or a database of another major version. */
async function isCluster({ dataDir, binaries }: Cluster): Promise<boolean> {
  const major = await majorOf(dataDir);
  if (major === undefined) {
    const content = await readdir(dataDir).catch(() => []);
    if (content.length === 0) return false;
    throw new Error(`${dataDir} is not empty and holds no database. Choose another data directory or empty this one.`);
  }
  if (major !== binaries.major) throw otherMajor(dataDir, major, binaries.major);
  return true;
}

/** What PG_VERSION says, or undefined where there is no database. */
export async function majorOf(dataDir: string): Promise<string | undefined> {
  return readFile(join(dataDir, 'PG_VERSION'), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}

function otherMajor(dataDir: string, found: string, ours: string): Error {
  return new Error(
    `${dataDir} holds a database of PostgreSQL ${found}, but this version of Parley brings PostgreSQL ${ours}. ` +
      `Nothing was changed. Start the Parley version that made it, export with "pg_dump", move the directory away, ` +
      `start this version once, and import with "psql"; or run PostgreSQL ${found} yourself and set DATABASE_URL.`,
  );
}

async function initialise({ binaries, runner, settings }: Cluster, staging: string): Promise<string> {
  const data = join(staging, 'data');
  const passwordFile = join(staging, 'password');
  await mkdir(staging, { recursive: true, mode: 0o700 });
  await writeFile(passwordFile, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
  if (runner) for (const path of [staging, passwordFile]) await chown(path, runner.uid, runner.gid);
  await promisify(execFile)(binaries.initdb, initdbArguments(data, passwordFile, settings), {
    cwd: staging,
    ...(runner && { uid: runner.uid, gid: runner.gid }),
    env: { ...process.env, LC_ALL: 'C' },
  });
  await rename(passwordFile, join(data, PASSWORD_FILE));
  await writeFile(join(data, 'postgresql.conf'), `include '${SETTINGS_FILE}'\n`, { flag: 'a' });
  return data;
}

/** The built-in locale gives the same order and letter case on every machine, whatever the system's locales. */
function initdbArguments(data: string, passwordFile: string, settings: ServerSettings): string[] {
  return [
    `--pgdata=${data}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(settings.fsync === 'off' ? ['--no-sync'] : []),
    ...(settings.scram_iterations ? [`--set=scram_iterations=${settings.scram_iterations}`] : []),
  ];
}
