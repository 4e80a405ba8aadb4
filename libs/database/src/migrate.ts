import type pg from 'pg';
import { migrations } from './data-source.js';
import { doneMigrations, holdingMigrationLock, isReadOnlyFor, whyUnsuitable } from './migration-lock.repository.js';
import { openDataSource } from './open-data-source.js';
import { READ_ONLY } from './unavailable.js';

/**
 * Brings the database to today's tables. Any number of nodes may call it at once: one works, the others wait.
 * @throws when the database takes no writes; when a newer version did so, as this one would not understand all that it finds; and when there are no tables yet, and
 * this is no server or database for them.
 */
export async function migrate(url: string): Promise<void> {
  await holdingMigrationLock(url, async (client) => {
    await refuseReadOnly(client);
    const done = await doneMigrations(client);
    const newer = [...done].find((name) => numberOf(name) > numberOf(migrations.at(-1)!.name));
    if (newer !== undefined) throw tooNew(newer);
    if (done.size === 0) await refuseUnsuitable(client);
    if (migrations.every(({ name }) => done.has(name))) return;
    const dataSource = await openDataSource({ url, poolSize: 1, name: 'parley-migrate' });
    try {
      await dataSource.runMigrations({ transaction: 'each' });
    } finally {
      await dataSource.destroy();
    }
  });
}

/** A standby has all tables already, so nothing else would say so before the first thing that is to be kept. */
async function refuseReadOnly(client: pg.Client): Promise<void> {
  if (await isReadOnlyFor(client)) throw Object.assign(new Error('this database takes no writes'), { code: READ_ONLY });
}

/** Before the first table only: what runs already goes on. */
async function refuseUnsuitable(client: pg.Client): Promise<void> {
  const why = await whyUnsuitable(client);
  if (why !== undefined) throw new Error(why);
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
