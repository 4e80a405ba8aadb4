import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCluster, DURABLE_SETTINGS, type Cluster } from '../embedded/cluster.js';
import { findPlace } from '../embedded/place.js';
import { urlOf } from '../embedded/postmaster.repository.js';
import { ensureServer } from '../embedded/server.js';

/** Test data is thrown away, so it need not survive a power failure. */
const SETTINGS = {
  ...DURABLE_SETTINGS,
  max_connections: '300',
  shared_buffers: '128MB',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum_naptime: '10min',
  // The password is 24 random bytes, which nobody guesses, however short a guess takes.
  scram_iterations: '1',
};

const IN_MEMORY = '/dev/shm';
/** Bytes. A server needs a hundred million. */
const ROOMY = 4_000_000_000;

let opened: Promise<string> | undefined;

/**
 * URL of the server this worker's tests run on: one of the operator's choice, or an embedded one that later runs of this
 * checkout find again.
 */
export function testServerUrl(): Promise<string> {
  opened ??= process.env.PARLEY_TEST_DATABASE_URL
    ? Promise.resolve(process.env.PARLEY_TEST_DATABASE_URL)
    : startTestServer();
  return opened;
}

export function forgetTestServer(): void {
  opened = undefined;
}

/**
 * `<temporary directory>/parley-test-<hash>-<worker>`, the same in every run of this checkout and user. Each worker of
 * Jest has a server of its own: a transaction that is open anywhere on a server holds back the readers of its event logs.
 */
function testClusterFolder(): string {
  const hash = createHash('sha256').update(`${userInfo().uid} ${checkout()}`).digest('hex').slice(0, 12);
  return join(temporaryDirectory(), `parley-test-${hash}-${process.env.JEST_WORKER_ID ?? '1'}`);
}

/**
 * In memory where there is plenty, which containers seldom have: a database is six hundred files, and ext4 looks at each
 * file removed within the last seconds before it makes one.
 */
function temporaryDirectory(): string {
  try {
    accessSync(IN_MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    return bavail * bsize >= ROOMY ? IN_MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** The folder of package.json, from the source and from a build alike. */
function checkout(folder = dirname(fileURLToPath(import.meta.url))): string {
  const above = dirname(folder);
  return above === folder || existsSync(join(folder, 'package.json')) ? folder : checkout(above);
}

async function startTestServer(): Promise<string> {
  const folder = testClusterFolder();
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const place = await findPlace(join(folder, 'postgres'));
  const cluster: Cluster = { ...place, settings: SETTINGS };
  await createTestCluster(cluster);
  const server = await ensureServer(cluster).catch(async () => {
    await rm(cluster.dataDir, { recursive: true, force: true });
    await createTestCluster(cluster);
    return ensureServer(cluster);
  });
  const url = urlOf(server.address, 'postgres');
  // For the end of the run, when the server is stopped unless another run uses it.
  await writeFile(join(folder, 'checkout'), checkout());
  await writeFile(join(folder, 'url'), url, { mode: 0o600 });
  return url;
}

/** Asks for the password as it is: a run opens thousands of sessions, and an exchange of proofs costs each of them 5 ms. */
async function createTestCluster(cluster: Cluster): Promise<void> {
  await createCluster(cluster);
  const path = join(cluster.dataDir, 'pg_hba.conf');
  await writeFile(path, (await readFile(path, 'utf8')).replaceAll('scram-sha-256', 'password'));
}
