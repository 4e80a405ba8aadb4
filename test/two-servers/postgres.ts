import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { appendFile, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';

const NEEDED = ['initdb', 'pg_basebackup', 'postgres'];
const DEBIAN = '/usr/lib/postgresql';

/** The folder of PostgreSQL's programs. What comes along with Parley cannot make a standby. */
function programs(): string {
  const installed = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const named = process.env.PARLEY_TEST_POSTGRES_BIN;
  const folders = named ? [named] : installed.map((version) => join(DEBIAN, version, 'bin'));
  const found = folders.find((folder) => NEEDED.every((name) => existsSync(join(folder, name))));
  if (found) return found;
  const where = folders.join(', ') || DEBIAN;
  throw new Error(
    `This test needs ${NEEDED.join(', ')} of PostgreSQL 15 or later and does not find them in ${where}. ` +
      'Install them (Debian: apt-get install postgresql), or name their folder in PARLEY_TEST_POSTGRES_BIN.',
  );
}

/** PostgreSQL does not run as root: then the user runs it that comes with its package. */
function runner(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (option: string) => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** One PostgreSQL server of its own, as a process that can be killed with everything it started. */
export class PostgresServer {
  private static readonly started = new Set<PostgresServer>();

  private constructor(
    private readonly folder: string,
    readonly port: number,
    private readonly child: ChildProcess,
  ) {}

  /** A new, empty and durable one. */
  static async primary(): Promise<PostgresServer> {
    const folder = await aFolder();
    await run(
      'initdb',
      '-D',
      folder,
      '-U',
      'parley',
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C',
      '--data-checksums',
    );
    return PostgresServer.start(folder);
  }

  /** A copy of the server at this port, which follows it from now on under the name `standby`. */
  static async standbyOf(port: number): Promise<PostgresServer> {
    const folder = await aFolder();
    const from = `host=127.0.0.1 port=${port} user=parley application_name=standby`;
    await run('pg_basebackup', '-d', from, '-D', folder, '-R', '-X', 'stream', '-c', 'fast');
    return PostgresServer.start(folder);
  }

  static async killAll(): Promise<void> {
    for (const server of [...PostgresServer.started]) await server.kill();
  }

  private static async start(folder: string): Promise<PostgresServer> {
    const port = await freePort();
    const settings = {
      port,
      listen_addresses: "'127.0.0.1'",
      unix_socket_directories: "''",
      wal_receiver_timeout: "'5s'",
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
    await appendFile(join(folder, 'postgresql.conf'), lines.join(''));
    const child = spawn(join(programs(), 'postgres'), ['-D', folder], {
      ...runner(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4_000)));
    const server = new PostgresServer(folder, port, child);
    PostgresServer.started.add(server);
    await eventually(() => server.ask('SELECT 1'), 30_000, 'PostgreSQL to start').catch((error: Error) => {
      throw new Error(`${error.message}\n${log}`);
    });
    return server;
  }

  get url(): string {
    return `postgres://parley@127.0.0.1:${this.port}/postgres`;
  }

  /** The first row. */
  async ask<Row extends pg.QueryResultRow>(sql: string): Promise<Row | undefined> {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 3_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows[0];
    } finally {
      await client.end();
    }
  }

  /** From now on nothing is committed before the standby has it on its disk. */
  async waitsForItsStandby(): Promise<void> {
    await this.ask(`ALTER SYSTEM SET synchronous_standby_names = 'standby'`);
    await this.ask('SELECT pg_reload_conf()');
    const sql = `SELECT 1 FROM pg_stat_replication WHERE application_name = 'standby' AND sync_state = 'sync'`;
    await eventually(() => this.ask(sql), 30_000, 'the standby to be in step');
  }

  /** Takes writes from now on. */
  async promote(): Promise<void> {
    await this.ask('SELECT pg_promote()');
  }

  /** kill -9 of all its processes, as when its machine is lost; nothing of it stays. */
  async kill(): Promise<void> {
    PostgresServer.started.delete(this);
    const pid = this.child.pid!;
    const children = execFileSync('sh', ['-c', `pgrep -P ${pid} || true`], { encoding: 'utf8' });
    const ended = once(this.child, 'exit');
    for (const one of [pid, ...children.split('\n').filter(Boolean).map(Number)]) {
      try {
        process.kill(one, 'SIGKILL');
      } catch {
        // It ended by itself meanwhile.
      }
    }
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function aFolder(): Promise<string> {
  programs();
  const folder = await mkdtemp(join(tmpdir(), 'parley-two-servers-'));
  const { uid, gid } = runner();
  if (uid !== undefined) await chown(folder, uid, gid!);
  return folder;
}

/** Not while the event loop waits: the switch that the copy comes through runs on it. */
async function run(name: string, ...parameters: string[]): Promise<void> {
  await promisify(execFile)(join(programs(), name), parameters, { ...runner(), cwd: '/', timeout: 60_000 });
}
