import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import type { TemplateStep } from '#database';
import { libraryLog } from './library-log.js';

/** Makes or updates the library's own tables. Nodes that start at once wait for each other. */
export async function installJobs(url: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: 5_000 });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => void client.on('error', () => undefined));
  try {
    await runMigrations({ pgPool: pool, logger: libraryLog });
  } finally {
    await pool.end();
  }
}

/** For room tests that enqueue without a `JobsModule`: `openTestDatabase(entities, [jobsSchema])`. */
export const jobsSchema: TemplateStep = { name: 'jobs', prepare: installJobs };
