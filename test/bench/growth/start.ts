import { join } from 'node:path';
import { keysFromFile } from '../../../apps/server/src/key-file.js';
import { freePort, startServer, stopProgram } from '../processes.js';
import { serverFolder } from '../seed/seed.js';

/** Milliseconds from the start of the process, embedded database and all, until it is ready. Looks every 50 ms. */
export async function timeToReady(folder: string): Promise<number> {
  const port = await freePort();
  const keys = await keysFromFile(join(serverFolder(folder), 'encryption-keys'));
  const env = { PORT: String(port), PARLEY_DATA_DIR: folder, PARLEY_ENCRYPTION_KEYS: keys.join() };
  const began = performance.now();
  const child = await startServer(env, port);
  const took = performance.now() - began;
  await stopProgram(child);
  return took;
}
