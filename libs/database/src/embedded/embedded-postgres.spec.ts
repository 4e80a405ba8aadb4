import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { copyBinaries, findBinaries } from './binaries.js';
import { DURABLE_SETTINGS, type Cluster } from './cluster.js';
import { openEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.js';
import { isAlive, readPidFile } from './pid-file.js';
import { findPlace } from './place.js';
import { chooseRunner, isRoot } from './runner.js';
import { ensureServer } from './server.js';

const asRoot = isRoot() ? it : it.skip;
const onLinux = process.platform === 'linux' ? it : it.skip;

/** Made once by a first start: to make one takes seconds. */
let used: { folder: string; dataDir: string };
let folder: string;
let dataDir: string;
let open: EmbeddedPostgres[];
let others: ChildProcess[];
let log: string[];

async function aFolder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'parley-embedded-'));
  await chmod(made, 0o755);
  return made;
}

beforeAll(async () => {
  const made = await aFolder();
  used = { folder: made, dataDir: join(made, 'postgres') };
  await (await openEmbeddedPostgres({ dataDir: used.dataDir, log: () => undefined })).stop();
});

afterAll(() => rm(used.folder, { recursive: true, force: true }));

beforeEach(async () => {
  folder = await aFolder();
  dataDir = join(folder, 'postgres');
  open = [];
  others = [];
  log = [];
});

afterEach(async () => {
  for (const postgres of open) await postgres.stop();
  for (const other of others) other.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<EmbeddedPostgres> {
  const postgres = await openEmbeddedPostgres({ dataDir, log: (line) => log.push(line) });
  open.push(postgres);
  return postgres;
}

/** Over the data of a Parley that ran before and was stopped, in tests that are not about how they come to be. */
async function startAgain(): Promise<EmbeddedPostgres> {
  await reuseData();
  return start();
}

async function reuseData(): Promise<void> {
  await promisify(execFile)('cp', ['-a', used.dataDir, dataDir]);
}

async function ask<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function until<T>(what: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    try {
      return await what();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
}

async function pidOf(postgres: EmbeddedPostgres): Promise<number> {
  const file = await readPidFile(postgres.dataDir);
  if (!file) throw new Error('no server runs');
  return file.pid;
}

/** The server without anyone who supervises it: what a killed Parley leaves behind. */
async function orphan(): Promise<number> {
  await reuseData();
  const cluster: Cluster = { ...(await findPlace(dataDir)), settings: DURABLE_SETTINGS };
  return (await ensureServer(cluster)).pid;
}

/** A living process of the user who runs PostgreSQL, which is no PostgreSQL. */
async function stranger(): Promise<number> {
  const runner = await chooseRunner(dataDir);
  const child = spawn('sleep', ['600'], { stdio: 'ignore', ...(runner && { uid: runner.uid, gid: runner.gid }) });
  others.push(child);
  await once(child, 'spawn');
  return child.pid ?? 0;
}

it('keeps data over a stop and a start, behind a password that only its user can read', async () => {
  const first = await startAgain();
  await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  expect((await stat(join(first.dataDir, 'parley.password'))).mode & 0o777).toBe(0o600);
  await expect(ask(first.url.replace(/:[0-9a-f]+@/, ':guess@'), 'SELECT 1')).rejects.toThrow(/password/);
  expect(await ask(first.url, `SELECT current_setting('listen_addresses') AS at`)).toEqual([{ at: '127.0.0.1' }]);
  await first.stop();
  const began = Date.now();
  const second = await start();
  expect(Date.now() - began).toBeLessThan(process.env.PARLEY_TEST_TIMING === 'strict' ? 5_000 : 25_000);
  expect(await ask(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

it('trades no durability for speed', async () => {
  const { url } = await startAgain();
  const names = ['fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums'];
  const settings = await ask(url, `SELECT setting FROM pg_settings WHERE name IN ('${names.join(`','`)}')`);
  expect(settings).toEqual(names.map(() => ({ setting: 'on' })));
});

it('keeps what is written in the database out of the log', async () => {
  const { url, dataDir: place } = await startAgain();
  await ask(url, `CREATE TABLE letters (text text PRIMARY KEY CHECK (text <> 'canary-check'))`);
  await expect(ask(url, `INSERT INTO letters VALUES ('canary-check')`)).rejects.toThrow(/violates check/);
  await expect(ask(url, `INSERT INTO letters VALUES ('canary-key'), ('canary-key')`)).rejects.toThrow(/duplicate key/);
  const text = await readFile(join(place, 'server.log'), 'utf8');
  expect(text).toContain('violates check constraint');
  expect(text).not.toContain('canary');
});

it('starts over a stale pid file whose number belongs to another program now', async () => {
  const first = await startAgain();
  await first.stop();
  await writeFile(join(first.dataDir, 'postmaster.pid'), `${await stranger()}\n${first.dataDir}\n1\n15432\n\n`);
  const second = await start();
  expect(await ask(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

it('is not misled by a pid file that points to the port of another database', async () => {
  const first = await startAgain();
  await first.stop();
  dataDir = join(folder, 'other');
  const other = await startAgain();
  const line = `${await pidOf(other)}\n${first.dataDir}\n1\n${new URL(other.url).port}\n\n`;
  await writeFile(join(first.dataDir, 'postmaster.pid'), line);
  dataDir = join(folder, 'postgres');
  const second = await start();
  expect(new URL(second.url).port).not.toBe(new URL(other.url).port);
  expect(await ask(other.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

it('adopts the server of a killed Parley, and stops it in the end', async () => {
  const pid = await orphan();
  const postgres = await start();
  expect(await pidOf(postgres)).toBe(pid);
  expect(log.join()).toContain('adopted');
  await postgres.stop();
  await until(() => (isAlive(pid) ? Promise.reject(new Error('still there')) : Promise.resolve()));
});

it('refuses a second Parley on a live directory and leaves the first alone', async () => {
  const first = await startAgain();
  await expect(start()).rejects.toThrow(`Another Parley (process ${process.pid}) uses the database`);
  expect(log).toEqual([]);
  expect(await ask(first.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

it('lets one of two win that start at once over an empty directory', async () => {
  const results = await Promise.allSettled([start(), start()]);
  const lost = results.filter((result) => result.status === 'rejected');
  expect(lost.map(({ reason }) => String(reason))).toEqual([expect.stringContaining('Another Parley')]);
});

for (const kind of ['its own', 'an adopted']) {
  it(`brings ${kind} server back on the same port when it is killed`, async () => {
    await (kind === 'an adopted' ? orphan() : reuseData());
    const postgres = await start();
    await ask(postgres.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const pid = await pidOf(postgres);
    process.kill(pid, 'SIGKILL');
    expect(await until(() => ask(postgres.url, 'SELECT answer FROM kept'))).toEqual([{ answer: 42 }]);
    expect(await pidOf(postgres)).not.toBe(pid);
    process.kill(await pidOf(postgres), 'SIGKILL');
    expect(await until(() => ask(postgres.url, 'SELECT answer FROM kept'))).toEqual([{ answer: 42 }]);
  });
}

it('tells a copy of the folder, as a backup that was put back, from the folder itself', async () => {
  const folderSeen = async () => {
    const postgres = await start();
    const seen = await ask(postgres.url, `SELECT current_setting('parley.folder', true) AS folder`);
    await postgres.stop();
    return seen;
  };
  await reuseData();
  const first = await folderSeen();
  expect(await folderSeen()).toEqual(first);
  await rename(dataDir, join(folder, 'original'));
  await promisify(execFile)('cp', ['-a', join(folder, 'original'), dataDir]);
  expect(await folderSeen()).not.toEqual(first);
});

it('tries less and less often where the server cannot start, as on a full disk, and brings it back when it can', async () => {
  const postgres = await startAgain();
  const settings = join(dataDir, 'postgresql.conf');
  const good = await readFile(settings);
  await writeFile(settings, 'shared_buffers = nonsense');
  process.kill(await pidOf(postgres), 'SIGKILL');
  const failures = () => log.filter((line) => line.includes('did not start')).length;
  const reached = (count: number) =>
    until(() => (failures() >= count ? Promise.resolve() : Promise.reject(new Error())));
  await reached(1);
  const began = performance.now();
  await reached(4);
  expect(performance.now() - began).toBeGreaterThan(1_700);
  await writeFile(settings, good);
  expect(await until(() => ask(postgres.url, 'SELECT 42 AS answer'))).toEqual([{ answer: 42 }]);
});

onLinux('runs the server in a process group of its own, out of reach of Ctrl-C', async () => {
  const groupOf = async (pid: number | 'self') =>
    (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ')[2];
  const pid = await pidOf(await startAgain());
  expect(await groupOf(pid)).toBe(String(pid));
  expect(await groupOf('self')).not.toBe(String(pid));
});

it('refuses the data of another major version with instructions and touches nothing', async () => {
  const first = await startAgain();
  await first.stop();
  await writeFile(join(first.dataDir, 'PG_VERSION'), '13\n');
  await expect(start()).rejects.toThrow(/PostgreSQL 13.*pg_dump/);
  expect(await readFile(join(first.dataDir, 'PG_VERSION'), 'utf8')).toBe('13\n');
});

it('refuses a directory that holds something else', async () => {
  await findPlace(dataDir);
  await writeFile(join(dataDir, 'thesis.txt'), 'mine');
  await expect(start()).rejects.toThrow(/not empty and holds no database/);
});

it('takes another port when the usual one is busy', async () => {
  const busy = createServer();
  const isOurs = await new Promise<boolean>((resolve) => {
    busy.once('error', () => resolve(false));
    busy.listen(15_432, '127.0.0.1', () => resolve(true));
  });
  const { port } = new URL((await startAgain()).url);
  busy.close();
  // Whoever else had it may have let go of it meanwhile.
  expect(isOurs && port === '15432').toBe(false);
});

asRoot('places data and programs elsewhere when the database user cannot enter the folder, and says so', async () => {
  await chmod(folder, 0o700);
  const postgres = await start();
  expect(postgres.dataDir.startsWith(folder)).toBe(false);
  expect(postgres.notes.join('\n')).toContain(postgres.dataDir);
  await ask(postgres.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await postgres.stop();
  const again = await start();
  expect(again.dataDir).toBe(postgres.dataDir);
  expect(await ask(again.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  await again.stop();
  await rm(again.dataDir, { recursive: true });
});

asRoot('never begins afresh because the place of its data is missing, as when it is not mounted', async () => {
  await chmod(folder, 0o700);
  // Killed before there was a database.
  const { dataDir: place } = await findPlace(dataDir);
  const postgres = await start();
  expect(postgres.dataDir).toBe(place);
  await postgres.stop();
  await rename(place, `${place}.away`);
  await expect(start()).rejects.toThrow(new RegExp(`${place}, and there is none.*LOCATION`));
  await rename(`${place}.away`, place);
  const again = await start();
  expect(again.dataDir).toBe(place);
  await again.stop();
  await rm(place, { recursive: true });
});

asRoot('keeps data where it was asked for when the folders above were missing', async () => {
  dataDir = join(folder, 'data', 'postgres');
  const postgres = await start();
  expect(postgres.dataDir).toBe(dataDir);
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
});

asRoot('copies the programs to where the database user can reach them, and says so', async () => {
  const hidden = await copyBinaries({ ...(await findBinaries()), version: `0-test-${process.pid}` }, folder);
  await chmod(folder, 0o700);
  const place = await findPlace(dataDir, () => Promise.resolve(hidden));
  expect(place.binaries.folder.startsWith(folder)).toBe(false);
  expect(place.notes.join('\n')).toContain(place.binaries.folder);
  await rm(place.binaries.folder, { recursive: true });
  await rm(place.dataDir, { recursive: true });
});

asRoot('finds a user to run as where none can be made', async () => {
  const passwd = join(folder, 'passwd');
  await writeFile(passwd, 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n');
  const system = { passwd, makers: [['no-such-program', []]] as const };
  expect(await chooseRunner(dataDir, system)).toEqual({ name: 'nobody', uid: 65534, gid: 65534 });
});

it('knows the major version of the binaries it brings', async () => {
  const postgres = await startAgain();
  const { major } = await findBinaries();
  expect(await ask(postgres.url, `SELECT current_setting('server_version_num')::int / 10000 AS major`)).toEqual([
    { major: Number(major) },
  ]);
});
