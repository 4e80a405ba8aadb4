import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** Stops the PostgreSQL that the tests of this checkout started, unless another run still uses it. */
export default async function stopIdleTestCluster() {
  for (const parent of [tmpdir(), '/dev/shm'])
    for (const name of await readdir(parent).catch(() => [])) {
      if (!name.startsWith('parley-test-')) continue;
      const folder = join(parent, name);
      if ((await text(join(folder, 'checkout'))) === import.meta.dirname)
        await stopIdle(await text(join(folder, 'url')));
    }
}

async function stopIdle(url) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query(
      `SELECT current_setting('data_directory') AS path,
         EXISTS (SELECT FROM pg_database WHERE datname ~ '^test_' AND substring(datname, '\\d+')::bigint > $1)
         OR EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()) AS used`,
      [Date.now() - 600_000],
    );
    if (rows[0].used) return;
    process.kill(Number((await text(join(rows[0].path, 'postmaster.pid'))).split('\n')[0]), 'SIGINT');
    await new Promise((resolve) => client.once('end', resolve));
  } catch {
    // It does not run, which is what was wanted.
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function text(path) {
  return readFile(path, 'utf8').catch(() => '');
}
