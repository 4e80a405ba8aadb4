import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pauseFor } from 'node:timers/promises';
import pg from 'pg';

const IN_MEMORY = '/dev/shm';

/**
 * Stops the PostgreSQL that the tests of this checkout started, unless another run still uses it. After a run of all tests
 * it does not stay in memory either; after one of a few files the next one finds it again.
 */
export default async function stopIdleTestCluster({ testPathPatterns }) {
  const wereAll = testPathPatterns.patterns.length === 0;
  for (const parent of [tmpdir(), IN_MEMORY])
    for (const name of await readdir(parent).catch(() => [])) {
      const folder = join(parent, name);
      if (!name.startsWith('parley-test-')) continue;
      if ((await text(join(folder, 'checkout'))) !== import.meta.dirname) continue;
      const isStopped = await stopIdle(await text(join(folder, 'url')));
      if (isStopped && wereAll && parent === IN_MEMORY) await rm(folder, { recursive: true, force: true });
    }
}

/** Answers whether it was stopped. */
async function stopIdle(url) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query(
      `SELECT current_setting('data_directory') AS path,
         EXISTS (SELECT FROM pg_database WHERE datname ~ '^test_' AND substring(datname, '\\d+')::bigint > $1)
         OR EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
           AND application_name <> 'parley-test') AS used`,
      [Date.now() - 600_000],
    );
    if (rows[0].used) return false;
    const pidFile = join(rows[0].path, 'postmaster.pid');
    process.kill(Number((await text(pidFile)).split('\n')[0]), 'SIGINT');
    // It writes its files before it goes, and that one goes last.
    for (let tries = 0; tries < 100; tries++) {
      if ((await text(pidFile)) === '') return true;
      await pauseFor(50);
    }
  } catch {
    // It does not run, which is what was wanted.
  } finally {
    await client.end().catch(() => undefined);
  }
  return false;
}

async function text(path) {
  return readFile(path, 'utf8').catch(() => '');
}
