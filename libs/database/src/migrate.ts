import { migrations } from './data-source.js';
import { doneMigrations, holdingMigrationLock } from './migration-lock.repository.js';
import { openDataSource } from './open-data-source.js';

/**
 * Brings the database to today's tables. Any number of nodes may call it at once: one works, the others wait.
 * @throws when a newer version did so: this one would not understand all that it finds.
 */
export async function migrate(url: string): Promise<void> {
  await holdingMigrationLock(url, async (client) => {
    const done = await doneMigrations(client);
    const newer = [...done].find((name) => numberOf(name) > numberOf(migrations.at(-1)!.name));
    if (newer !== undefined) throw tooNew(newer);
    if (migrations.every(({ name }) => done.has(name))) return;
    const dataSource = await openDataSource({ url, poolSize: 1, name: 'parley-migrate' });
    try {
      await dataSource.runMigrations({ transaction: 'each' });
    } finally {
      await dataSource.destroy();
    }
  });
}

/** The order of migrations, at the end of their names. */
function numberOf(name: string): number {
  return Number(/\d*$/.exec(name)![0]);
}

function tooNew(name: string): Error {
  return new Error(
    `This database was brought up to date by a newer version of Parley (its tables have ${name}). Nothing was changed. ` +
      'Start that version; the only way back is the backup from before the update.',
  );
}
