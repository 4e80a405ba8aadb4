import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger as Pino } from 'pino';
import { Database, migrate, openEmbeddedPostgres, type EmbeddedPostgres } from '#database';
import { FirstAdmin, type FirstSignIn } from '#identity';
import { createApplication, stopApplication } from './application.js';
import type { Config } from './config.js';
import { warnOfFewConnections } from './connections.js';
import { makeDataDir } from './data-dir.js';
import { freePort } from './free-port.js';
import { keysOf } from './key-file.js';

/** A server that listens. */
export interface Server {
  readonly address: string;
  readonly firstSignIn: FirstSignIn | undefined;
  /** Where the data is; more than one place when the embedded database had to go elsewhere. */
  readonly dataDirs: readonly string[];
  /** What an operator should know, one sentence each. */
  readonly notes: readonly string[];
  /** Lets everything in flight finish; the database goes last. */
  stop(): Promise<void>;
}

/**
 * Data directory, database, tables, application, first admin, socket, in this order. What was opened is closed again when a later step
 * fails; a first admin stays, so `onFirstSignIn` hears of it at once.
 */
export async function startServer(
  config: Config,
  log: Pino,
  onFirstSignIn: (signIn: FirstSignIn) => void = () => undefined,
): Promise<Server> {
  await makeDataDir(config.dataDir);
  const postgres = config.values.DATABASE_URL === undefined ? await embedded(config) : undefined;
  let app: NestFastifyApplication | undefined;
  const stop = async (): Promise<void> => {
    if (app) await stopApplication(app, (config.values.PARLEY_SHUTDOWN_SECONDS * 1_000) / 2);
    await postgres?.stop();
  };
  try {
    const databaseUrl = postgres?.url ?? config.values.DATABASE_URL ?? '';
    await migrate(databaseUrl);
    const { host, port, address } = await placeOf(config);
    const publicUrl = config.values.PARLEY_PUBLIC_URL ?? address;
    const keys = await keysOf(config, databaseUrl);
    app = await createApplication({ config, databaseUrl, keys, publicUrl }, log);
    await warnOfFewConnections(app.get(Database), config);
    const firstSignIn = await firstAdmin(app, config);
    if (firstSignIn) onFirstSignIn(firstSignIn);
    await app.listen(port, host);
    return { address, firstSignIn, dataDirs: dataDirsOf(config, postgres), notes: postgres?.notes ?? [], stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The database in the data directory. It throws while another Parley uses it. */
export function embedded({ dataDir }: Config): Promise<EmbeddedPostgres> {
  const logger = new Logger('EmbeddedPostgres');
  return openEmbeddedPostgres({ dataDir: join(dataDir, 'postgres'), log: (line) => logger.warn(line) });
}

function firstAdmin(app: NestFastifyApplication, { values }: Config): Promise<FirstSignIn | undefined> {
  return app.get(FirstAdmin).ensure({ email: values.PARLEY_ADMIN_EMAIL, password: values.PARLEY_ADMIN_PASSWORD });
}

async function placeOf({ values }: Config): Promise<{ host: string; port: number; address: string }> {
  const host = values.HOST;
  const port = values.PORT === 0 ? await freePort(host) : values.PORT;
  return { host, port, address: `http://${host.includes(':') ? `[${host}]` : host}:${port}` };
}

function dataDirsOf({ dataDir }: Config, postgres: EmbeddedPostgres | undefined): string[] {
  const elsewhere = postgres !== undefined && !postgres.dataDir.startsWith(dataDir);
  return elsewhere ? [dataDir, postgres.dataDir] : [dataDir];
}
