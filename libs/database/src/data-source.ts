import { Logger } from '@nestjs/common';
import type { DataSourceOptions } from 'typeorm';
import { FirstHouse1763800000000 } from './migrations/1763800000000-first-house.js';

/** Every migration there is, oldest first. */
export const migrations = [FirstHouse1763800000000];

export interface PoolOptions {
  readonly url: string;
  readonly poolSize: number;
  /** Shown in pg_stat_activity. */
  readonly name?: string;
}

const CONNECT_TIMEOUT_MS = 3_000;

/** TypeORM's options for one pool. A lost connection is logged and replaced; it never ends the process. */
export function dataSourceOptions({ url, poolSize, name = 'parley' }: PoolOptions): DataSourceOptions {
  const logger = new Logger('Database');
  return {
    type: 'postgres',
    url,
    poolSize,
    applicationName: name,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    installExtensions: false,
    synchronize: false,
    migrations,
    migrationsTableName: 'migrations',
    poolErrorHandler: (error: Error) => logger.warn(`connection lost: ${error.message}`),
    extra: { keepAlive: true },
  };
}
