import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Makes the data directory where it is missing. @throws when it cannot be made, or files cannot be kept in it */
export async function makeDataDir(dataDir: string): Promise<void> {
  await makeFolder(dataDir);
  const attachments = attachmentsIn(dataDir);
  await access((await isFolder(attachments)) ? attachments : dataDir, constants.W_OK | constants.X_OK);
}

export function attachmentsIn(dataDir: string): string {
  return join(dataDir, 'attachments');
}

/**
 * With the folders above it. Step by step, because Node's `recursive` never ends where the system denies that a folder is there
 * which it may not make (`/proc`), and hides why where a file system is read-only.
 */
async function makeFolder(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  const above = dirname(folder);
  if (above !== folder) await makeFolder(above);
  await mkdir(folder).catch(async (error: unknown) => {
    // Another node was faster.
    if (!(await isFolder(folder))) throw error;
  });
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
