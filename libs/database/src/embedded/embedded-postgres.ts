import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { createCluster, DURABLE_SETTINGS, type Cluster } from './cluster.js';
import { findPlace } from './place.js';
import { connect, ensureDatabase, serves, supervisor, tryToSupervise, urlOf } from './postmaster.repository.js';
import { ensureServer, stopServer, type Server } from './server.js';

const DATABASE = 'parley';
/** How long a supervisor that was killed just now may still seem to be there. */
const PREDECESSOR_PATIENCE_MS = 3_000;
const RETRY_MS = 250;
/** As on a full disk: every try is a line in the log, for as long as nobody comes. */
const LONGEST_RETRY_MS = 5_000;

export interface EmbeddedPostgresOptions {
  /** Where the data shall be; made when missing. */
  readonly dataDir: string;
  /** What an operator should hear while the server runs: restarts and adoptions. */
  readonly log: (line: string) => void;
}

/**
 * Starts PostgreSQL over `dataDir`, or adopts the server that a killed Parley left there, and keeps it running until
 * `stop()`. A server that dies is started again on the same port, so `url` stays good.
 * @throws with instructions when another Parley uses the directory, or it holds another major version's data.
 */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const place = await findPlace(options.dataDir);
  const cluster: Cluster = { ...place, settings: DURABLE_SETTINGS };
  await createCluster(cluster);
  const server = await ensureServer(cluster);
  const guard = await supervise(cluster, server);
  if (server.adopted) options.log(`adopted the running PostgreSQL (process ${server.pid})`);
  await ensureDatabase(guard, DATABASE);
  return new EmbeddedPostgres(cluster, server, guard, place.notes, options.log);
}

/** A running server under our supervision. */
export class EmbeddedPostgres {
  readonly url: string;
  readonly dataDir: string;
  private stopping = false;
  private recovery: Promise<void> | undefined;

  constructor(
    private readonly cluster: Cluster,
    private server: Server,
    private guard: pg.Client,
    /** What an operator should know about where things are, one sentence each. */
    readonly notes: readonly string[],
    private readonly log: (line: string) => void,
  ) {
    this.url = urlOf(server.address, DATABASE);
    this.dataDir = cluster.dataDir;
    this.watch();
  }

  /** Fast shutdown: everything committed is on disk when this resolves. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.recovery;
    await this.guard.end().catch(() => undefined);
    await stopServer(this.cluster.dataDir, this.server.pid);
  }

  /** Our session ends at once when the server dies, whoever started it: no polling, no child process needed. */
  private watch(): void {
    this.guard.once('end', () => {
      if (!this.stopping) this.recovery = this.recover();
    });
  }

  private async recover(): Promise<void> {
    this.log('PostgreSQL went away; bringing it back');
    for (let pause = RETRY_MS; !this.stopping; pause = Math.min(pause * 2, LONGEST_RETRY_MS)) {
      try {
        await this.bringBack(this.server.address.port);
        return;
      } catch (error) {
        this.log(error instanceof Error ? error.message : String(error));
        await sleep(pause);
      }
    }
  }

  private async bringBack(port: number): Promise<void> {
    const server = await ensureServer(this.cluster, port);
    const guard = await supervise(this.cluster, server);
    if (server.address.port !== port) {
      // Somebody started it elsewhere and is gone: our callers know only the old port.
      await guard.end();
      await stopServer(this.cluster.dataDir, server.pid);
      throw new Error(`PostgreSQL ran on port ${server.address.port}; starting it on ${port}`);
    }
    this.server = server;
    this.guard = guard;
    this.watch();
    this.log(`PostgreSQL is back (process ${server.pid})`);
  }
}

/** A session that holds the supervisor's lock; it ends with us, so a killed Parley leaves the server free to adopt. */
async function supervise({ dataDir }: Cluster, { address, adopted, pid }: Server): Promise<pg.Client> {
  const guard = await connect(address, `parley-supervisor ${process.pid}`);
  try {
    if (!(await serves(guard, dataDir)))
      throw new Error(`The server on port ${address.port} is not that of ${dataDir}.`);
    const deadline = Date.now() + PREDECESSOR_PATIENCE_MS;
    while (!(await tryToSupervise(guard))) {
      if (Date.now() > deadline) throw await inUse(guard, dataDir);
      await sleep(RETRY_MS);
    }
    return guard;
  } catch (error) {
    await guard.end().catch(() => undefined);
    if (!adopted) await stopServer(dataDir, pid);
    throw error;
  }
}

async function inUse(guard: pg.Client, dataDir: string): Promise<Error> {
  const name = await supervisor(guard);
  const who = name?.replace('parley-supervisor', 'process') ?? 'another process';
  return new Error(
    `Another Parley (${who}) uses the database in ${dataDir}. Stop it first, or give this one its own PARLEY_DATA_DIR. ` +
      'Several nodes share a database through DATABASE_URL, never through a directory.',
  );
}
