import { DataSource } from 'typeorm';
import { dataSourceOptions } from './data-source.js';
import { holdingMigrationLock } from './migration-lock.repository.js';

/** Brings the database to today's tables. Any number of nodes may call it at once: one works, the others wait. */
export async function migrate(url: string): Promise<void> {
  await holdingMigrationLock(url, async () => {
    const dataSource = new DataSource({ ...dataSourceOptions({ url, poolSize: 1, name: 'parley-migrate' }) });
    await dataSource.initialize();
    try {
      await dataSource.runMigrations({ transaction: 'each' });
    } finally {
      await dataSource.destroy();
    }
  });
}
