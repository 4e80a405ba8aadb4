import { Logger } from '@nestjs/common';
import { type Database, roomForConnections } from '#database';
import { jobConnections } from '#jobs';
import type { Config } from './config.js';

/** How many connections this node opens at most: its two pools, those of its jobs, and the one that listens. */
export function connectionsAtMost({ values }: Config): number {
  const ofJobs = values.NODE_ROLE === 'web' ? 0 : jobConnections(values.PARLEY_JOB_CONCURRENCY);
  return values.PARLEY_POOL_SIZE + values.PARLEY_RECEIVING_POOL_SIZE + ofJobs + 1;
}

/** Where they are too few, it works until there is much to do, and then answers 503 for a reason that nobody sees. */
export async function warnOfFewConnections(database: Database, config: Config): Promise<void> {
  const wanted = connectionsAtMost(config);
  const room = await roomForConnections(database);
  if (wanted <= room) return;
  new Logger('Database').warn(
    `this node opens up to ${wanted} connections, and PostgreSQL has room for ${room}: raise max_connections there (or the ` +
      'CONNECTION LIMIT of the user or the database), or lower PARLEY_POOL_SIZE or PARLEY_JOB_CONCURRENCY. Each further ' +
      'node needs as many',
  );
}
