import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server } from '../../apps/server/src/server.js';
import { Api } from './api.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { allMessengersAt } from './messenger-addresses.js';

export const ADMIN = { email: 'admin@example.com', password: 'correct horse battery staple' };
export const META_APP = { id: '287451903362718', secret: 'dev_app_secret_0123456789abcdef', verifyToken: 'our_word' };

/** Its Instagram product. */
export const INSTAGRAM_APP = { id: '624180937255108', secret: 'dev_instagram_secret_0123456789ab' };

export interface ServerOptions {
  /** Without it the server starts its embedded database in `dataDir`. */
  readonly databaseUrl?: string;
  /** The messengers' stand-in. */
  readonly messengersUrl?: string;
  readonly dataDir?: string;
  readonly port?: number;
  /** As people do: npm runs it, and both are a process group of their own, as in a terminal. */
  readonly byNpm?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** The built server, started by a test. */
export interface RunningServer {
  readonly url: string;
  readonly options: StartedWith;
  readonly api: Api;
  /** All it has printed so far, or logged where it is no process of its own. */
  readonly output: string;
  /** Stops it, and removes its data directory. */
  dispose(): Promise<void>;
}

type StartedWith = Required<Pick<ServerOptions, 'dataDir' | 'port'>> & ServerOptions;

/** A process of its own: it can be killed as in real life. */
export class ServerProcess implements RunningServer {
  private constructor(
    readonly url: string,
    readonly options: StartedWith,
    private readonly child: ChildProcess,
    private readonly lines: string[],
  ) {}

  static async start(options: ServerOptions = {}): Promise<ServerProcess> {
    const started = await complete(options);
    const [program, ...args] = options.byNpm ? ['npm', 'start'] : [process.execPath, 'dist/server/main.js'];
    const child = spawn(program, args, {
      env: environment(started),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: options.byNpm,
    });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
    const server = new ServerProcess(urlOf(started), started, child, lines);
    await server.ready().catch(async (error: unknown) => {
      await server.kill();
      await removeIfOurs(options, started);
      throw error;
    });
    return server;
  }

  get api(): Api {
    return new Api(this.url);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** All it has printed so far. */
  get output(): string {
    return this.lines.join('');
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** kill -9: no time for anything. */
  async kill(): Promise<void> {
    if (this.isRunning) {
      if (this.options.byNpm) this.signalGroup('SIGKILL');
      else this.child.kill('SIGKILL');
      await once(this.child, 'exit');
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** As Ctrl-C in a terminal: to all who run there. */
  signalGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }

  /** SIGTERM; resolves with the exit code. */
  async stop(): Promise<number | null> {
    if (this.isRunning) {
      this.child.kill('SIGTERM');
      await once(this.child, 'exit');
    }
    return this.child.exitCode;
  }

  /** The same server again: same port, same data, same database. */
  restart(): Promise<ServerProcess> {
    return ServerProcess.start(this.options);
  }

  async dispose(): Promise<void> {
    await this.stop();
    await rm(this.options.dataDir, { recursive: true, force: true });
  }

  private async ready(): Promise<void> {
    const isReady = async () => {
      if (!this.isRunning) return 'ended';
      return (await fetch(`${this.url}/health/ready`)).status === 200 && 'ready';
    };
    const state = await eventually(isReady, 60_000, 'a ready server').catch((error: Error) => {
      throw new Error(`${error.message}\n${this.output}`);
    });
    if (state === 'ended') throw new Error(`The server ended at start:\n${this.output}`);
  }
}

type WholeServer = typeof import('../../apps/server/src/whole-server.js');

const BUILT = new URL('../../dist/server/whole-server.js', import.meta.url).href;

/** In this process, which has loaded the code already when it is not the first one: what a start costs most is loading it. */
export class ServerInside implements RunningServer {
  private constructor(
    readonly options: StartedWith,
    private readonly server: Server,
    private readonly lines: readonly string[],
  ) {}

  static async start(options: ServerOptions = {}): Promise<ServerInside> {
    const started = await complete(options);
    const { loadConfig, serverLog, startServer } = (await import(BUILT)) as WholeServer;
    const { config, problems } = loadConfig(environment(started));
    if (problems.length > 0) throw new Error(problems.join('\n'));
    const lines: string[] = [];
    const log = serverLog(config.values.PARLEY_LOG_LEVEL, { write: (line) => lines.push(line) });
    try {
      return new ServerInside(started, await startServer(config, log), lines);
    } catch (error) {
      await removeIfOurs(options, started);
      throw error;
    }
  }

  get url(): string {
    return urlOf(this.options);
  }

  get api(): Api {
    return new Api(this.url);
  }

  get output(): string {
    return this.lines.join('');
  }

  async dispose(): Promise<void> {
    await this.server.stop();
    await rm(this.options.dataDir, { recursive: true, force: true });
  }
}

async function complete(options: ServerOptions): Promise<StartedWith> {
  return { ...options, port: options.port ?? (await freePort()), dataDir: options.dataDir ?? (await aDataDir()) };
}

async function removeIfOurs({ dataDir }: ServerOptions, started: StartedWith): Promise<void> {
  if (dataDir === undefined) await rm(started.dataDir, { recursive: true, force: true });
}

function urlOf({ port }: StartedWith): string {
  return `http://127.0.0.1:${port}`;
}

function environment(options: StartedWith): NodeJS.ProcessEnv {
  return {
    ...inherited(),
    HOST: '127.0.0.1',
    PORT: String(options.port),
    PARLEY_DATA_DIR: options.dataDir,
    PARLEY_ADMIN_EMAIL: ADMIN.email,
    PARLEY_ADMIN_PASSWORD: ADMIN.password,
    PARLEY_META_APP_ID: META_APP.id,
    PARLEY_META_APP_SECRET: META_APP.secret,
    PARLEY_META_VERIFY_TOKEN: META_APP.verifyToken,
    PARLEY_INSTAGRAM_APP_ID: INSTAGRAM_APP.id,
    PARLEY_INSTAGRAM_APP_SECRET: INSTAGRAM_APP.secret,
    ...(options.databaseUrl ? { DATABASE_URL: options.databaseUrl } : {}),
    ...(options.messengersUrl ? allMessengersAt(options.messengersUrl) : {}),
    ...options.env,
  };
}

/** Ours, without what belongs to the test runner. The pool of 1 is handed on, so that the whole suite can run with it. */
function inherited(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _runner, NODE_ENV: _mode, DATABASE_URL: _database, ...rest } = process.env;
  return rest;
}

/** One that the embedded database's own user may enter, too, so that all of it goes when the test ends. */
async function aDataDir(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-e2e-'));
  await chmod(folder, 0o711);
  return folder;
}
