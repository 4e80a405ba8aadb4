import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from './config.js';

/** The key ring in force: from the settings, or from the file. */
export async function keysOf({ values, keyFile }: Config): Promise<readonly string[]> {
  return values.PARLEY_ENCRYPTION_KEYS.length > 0 ? values.PARLEY_ENCRYPTION_KEYS : keysFromFile(keyFile);
}

/** The key ring kept in a file of mode 0600; made with one fresh key when there is none. */
export async function keysFromFile(file: string): Promise<string[]> {
  try {
    return await keysIn(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  await mkdir(dirname(file), { recursive: true });
  return createOnce(file);
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

async function keysIn(content: string, file: string): Promise<string[]> {
  const keys = content.split(/\s+/).filter((line) => line !== '');
  if (keys.length === 0)
    throw new Error(`The key file ${file} is empty. Restore it: without its keys nothing can be read.`);
  await chmod(file, 0o600);
  return keys;
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
