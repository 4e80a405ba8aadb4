import { migrations } from './data-source.js';
import { doneMigrations, holdingMigrationLock } from './migration-lock.repository.js';
import { openDataSource } from './open-data-source.js';

/** Brings the database to today's tables. Any number of nodes may call it at once: one works, the others wait. */
export async function migrate(url: string): Promise<void> {
  await holdingMigrationLock(url, async (client) => {
    const done = await doneMigrations(client);
    if (migrations.every(({ name }) => done.has(name))) return;
    const dataSource = await openDataSource({ url, poolSize: 1, name: 'parley-migrate' });
    try {
      await dataSource.runMigrations({ transaction: 'each' });
    } finally {
      await dataSource.destroy();
    }
  });
}
