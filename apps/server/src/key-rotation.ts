import { type ColumnReport, Database, KeyRing, KeyRotation, openDataSource } from '#database';
import type { Config } from './config.js';
import { keysOf } from './key-file.js';
import { SEALED_COLUMNS } from './sealed-columns.js';
import { embedded } from './server.js';

/** A line now and then, so that an operator sees it going on. */
const EVERY = 1_000;

/** Puts all data at rest under the newest key, and says so. False when older keys are still needed. */
export async function rotateKeys(config: Config, say: (line: string) => void): Promise<boolean> {
  const postgres = config.values.DATABASE_URL === undefined ? await embedded(config) : undefined;
  try {
    const url = postgres?.url ?? config.values.DATABASE_URL ?? '';
    const ring = new KeyRing(await keysOf(config, url));
    const dataSource = await openDataSource({ url, poolSize: 1, name: 'parley-keys' });
    try {
      return await rotate(new KeyRotation(new Database(dataSource), ring), say);
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await postgres?.stop();
  }
}

async function rotate(rotation: KeyRotation, say: (line: string) => void): Promise<boolean> {
  const reports = await rotation.run(SEALED_COLUMNS, progress(say));
  for (const { table, column, resealed } of reports) say(`${table}.${column}: ${resealed} re-encrypted`);
  const troubles = reports.flatMap(troublesOf);
  if (troubles.length === 0 && !(await rotation.settle()))
    troubles.push('A node encrypts with another key. Give every node the new key first, then run this again.');
  troubles.push(...(troubles.length > 0 ? ['The older keys are still needed.'] : []));
  for (const trouble of troubles) say(trouble);
  if (troubles.length === 0)
    say('Everything is encrypted with the first key. The older keys are needed no more: see docs/operations.md.');
  return troubles.length === 0;
}

function progress(say: (line: string) => void): (report: ColumnReport) => void {
  let said = 0;
  return ({ table, column, resealed }) => {
    if (resealed < said) said = 0;
    if (resealed < said + EVERY) return;
    said = resealed;
    say(`${table}.${column}: ${resealed} so far`);
  };
}

function troublesOf({ table, column, unreadable, left }: ColumnReport): string[] {
  const troubles: string[] = [];
  const some = unreadable.slice(0, 5).join(', ');
  if (unreadable.length > 0)
    troubles.push(`${table}.${column}: no key of the ring opens ${unreadable.length} rows, such as ${some}`);
  if (left > 0) troubles.push(`${table}.${column}: a node keeps encrypting with another key`);
  return troubles;
}
