import type pg from 'pg';
import { migrations } from './data-source.js';
import {
  doneMigrations,
  holdingMigrationLock,
  isReadOnlyFor,
  missingTables,
  tablesThere,
  whyUnsuitable,
} from './migration-lock.repository.js';
import { openDataSource } from './open-data-source.js';
import { TABLES } from './tables.js';
import { READ_ONLY } from './unavailable.js';

/**
 * Brings the database to today's tables. Any number of nodes may call it at once: one works, the others wait.
 * @throws having changed nothing, when the database takes no writes; when it is another program's; when a newer version did so, as
 * this one would not understand all that it finds; when tables are missing; and when there are none yet, and this is no server or
 * database for them.
 */
export async function migrate(url: string): Promise<void> {
  await holdingMigrationLock(url, async (client) => {
    await refuseReadOnly(client);
    const done = await doneMigrations(client);
    if (!done || (done.size > 0 && !done.has(migrations[0]!.name))) throw foreign(await tablesThere(client));
    const newer = [...done].find((name) => numberOf(name) > numberOf(migrations.at(-1)!.name));
    if (newer !== undefined) throw tooNew(newer);
    if (done.size === 0) await refuseUnsuitable(client);
    if (migrations.every(({ name }) => done.has(name))) return refuseIncomplete(client);
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

/** Before the first table only: what runs already goes on. A first start that was interrupted may have left an empty list of migrations. */
async function refuseUnsuitable(client: pg.Client): Promise<void> {
  const why = await whyUnsuitable(client);
  if (why !== undefined) throw new Error(why);
  const others = (await tablesThere(client)).filter((name) => name !== 'migrations');
  if (others.length > 0) throw foreign(others);
}

/** As after a restore of some tables only. */
async function refuseIncomplete(client: pg.Client): Promise<void> {
  const missing = await missingTables(client, TABLES);
  if (missing.length === 0) return;
  throw new Error(
    `This database is Parley's, but tables are missing: ${someOf(missing)}. Nothing was changed. Restore it whole from a backup, ` +
      'or give Parley an empty database (DATABASE_URL).',
  );
}

/** The order of migrations, at the end of their names. */
function numberOf(name: string): number {
  return Number(/\d*$/.exec(name)![0]);
}

function foreign(tables: readonly string[]): Error {
  return new Error(
    `This database belongs to another program, or has lost the list of what Parley made: it has tables (${someOf(tables)}) that are not ` +
      'known as made by Parley. Nothing was changed. Give Parley an empty database of its own (DATABASE_URL).',
  );
}

const NAMED = 5;

function someOf(names: readonly string[]): string {
  const more = names.length - NAMED;
  return names.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function tooNew(name: string): Error {
  return new Error(
    `This database was brought up to date by a newer version of Parley (its tables have ${name}). Nothing was changed. ` +
      'Start that version; the only way back is the backup from before the update.',
  );
}
