import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DataSource, type MixedList } from 'typeorm';
import { dataSourceOptions, migrations } from '../data-source.js';
import { Database } from '../database.js';
import { newId } from '../id.js';
import { migrate } from '../migrate.js';
import { forgetTestServer, testServerUrl } from './test-cluster.js';
import { eventually } from './eventually.js';
import { createFromTemplate, dropDatabase, waitingForLocks } from './test-database.repository.js';
import { isUnavailable } from '../unavailable.js';

export interface TestDatabase {
  readonly url: string;
  readonly dataSource: DataSource;
  readonly database: Database;
  /** Resolves when so many transactions, one by default, wait for a lock. */
  readonly somebodyWaits: (howMany?: number) => Promise<void>;
  close(): Promise<void>;
}

/** Something a template needs besides the tables of this house, e.g. the tables of the jobs library. */
export interface TemplateStep {
  readonly name: string;
  prepare(url: string): Promise<void>;
}

interface Created {
  readonly server: string;
  readonly name: string;
  readonly url: string;
}

const ATTEMPTS = 3;

export type EntityClass = new () => object;

/**
 * A fresh database with all tables for one spec file, on real PostgreSQL: a copy of a migrated template. Call it in
 * `beforeAll`, and `close()` in `afterAll`, which drops it.
 */
export async function openTestDatabase(
  entities: MixedList<EntityClass> = [],
  steps: readonly TemplateStep[] = [],
): Promise<TestDatabase> {
  const { server, name, url } = await withServer((found) => create(found, steps));
  const dataSource = new DataSource({ ...dataSourceOptions({ url, poolSize: 10 }), entities });
  await dataSource.initialize();
  const database = new Database(dataSource);
  return {
    url,
    dataSource,
    database,
    somebodyWaits: (howMany = 1) => eventually(async () => (await waitingForLocks(database)) >= howMany),
    close: async () => {
      if (dataSource.isInitialized) await dataSource.destroy();
      await dropDatabase(server, name);
    },
  };
}

async function create(server: string, steps: readonly TemplateStep[]): Promise<Created> {
  const prepare = async (url: string) => {
    await migrate(url);
    for (const step of steps) await step.prepare(url);
  };
  const template = { name: await templateName(steps), prepare };
  const name = `test_${Date.now()}_${newId().slice(-12)}`;
  return { server, name, url: await createFromTemplate(server, template, name) };
}

/** Another run that ends may stop the shared server in the moment between finding and using it. */
async function withServer<T>(work: (server: string) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(await testServerUrl());
    } catch (error) {
      if (attempt === ATTEMPTS || !isUnavailable(error)) throw error;
      forgetTestServer();
    }
  }
}

/** Named after the migrations and their text: a changed migration makes a new template. */
async function templateName(steps: readonly TemplateStep[]): Promise<string> {
  const folder = fileURLToPath(new URL('../migrations', import.meta.url));
  const hash = createHash('sha256').update([...steps, ...migrations].map(({ name }) => name).join());
  for (const file of (await readdir(folder)).sort()) hash.update(await readFile(join(folder, file)));
  return `template_${hash.digest('hex').slice(0, 16)}`;
}
