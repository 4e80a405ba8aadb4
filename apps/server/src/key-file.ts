import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Database, hasKeyRing, openDataSource } from '#database';
import type { Config } from './config.js';

/** The key ring for a database: from the settings, or from the file. @throws when the file of a sealed database is missing */
export async function keysOf({ values, keyFile }: Config, databaseUrl: string): Promise<readonly string[]> {
  if (values.PARLEY_ENCRYPTION_KEYS.length > 0) return values.PARLEY_ENCRYPTION_KEYS;
  return keysFromFile(keyFile, () => isSealed(databaseUrl));
}

/**
 * The key ring kept in a file of mode 0600. Where there is none it is made with one fresh key, unless keys are needed that
 * it would not have: a new file looks like the one that is missing.
 */
export async function keysFromFile(file: string, areKeysNeeded = () => Promise.resolve(false)): Promise<string[]> {
  const present = await keysIn(file);
  if (present) return present;
  if (await areKeysNeeded()) {
    // Another program that started at the same moment may have made both meanwhile.
    const made = await keysIn(file);
    if (made) return made;
    throw new Error(
      `The key file ${file} is missing, and this database was encrypted with its keys. Bring it back from a backup or ` +
        'from another node, or set PARLEY_ENCRYPTION_KEYS to its keys. No other was made.',
    );
  }
  await mkdir(dirname(file), { recursive: true });
  return createOnce(file);
}

async function isSealed(databaseUrl: string): Promise<boolean> {
  const dataSource = await openDataSource({ url: databaseUrl, poolSize: 1, name: 'parley-keys' });
  try {
    return await hasKeyRing(new Database(dataSource));
  } finally {
    await dataSource.destroy();
  }
}

/** Two programs starting at once end up with the same key: one of them creates the file, the other reads it. */
async function createOnce(file: string): Promise<string[]> {
  const key = randomBytes(32).toString('base64');
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(`${key}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return [key];
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return keysFromFile(file);
    throw error;
  }
}

/** Undefined when there is no file. */
async function keysIn(file: string): Promise<string[] | undefined> {
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (content === undefined) return undefined;
  const keys = content.split(/\s+/).filter((line) => line !== '');
  if (keys.length === 0)
    throw new Error(`The key file ${file} is empty. Restore it: without its keys nothing can be read.`);
  await chmod(file, 0o600);
  return keys;
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
