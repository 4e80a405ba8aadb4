import { constants } from 'node:fs';
import { access, copyFile, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { checkedKey, ContentGone, Storage, type ByteRange, type ContentFile } from './storage.js';

/** Content in files of a directory, in 256 folders. Several nodes may share the directory. */
export class LocalStorage extends Storage {
  constructor(private readonly directory: string) {
    super();
  }

  async put(key: string, file: ContentFile): Promise<void> {
    const place = this.placeOf(key);
    await mkdir(dirname(place), { recursive: true, mode: 0o700 });
    await moved(file.path, place);
    await synced(place);
    await synced(dirname(place));
    await synced(this.directory);
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    const place = this.placeOf(key);
    const handle = await open(place, 'r').catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      // A folder stays when it is empty: one that is missing was never here, or the whole directory is another today.
      await access(dirname(place));
      throw new ContentGone();
    });
    return handle.createReadStream(range ? { start: range.from, end: range.to } : {});
  }

  async remove(key: string): Promise<void> {
    await rm(this.placeOf(key), { force: true });
  }

  private placeOf(key: string): string {
    return join(this.directory, checkedKey(key).slice(0, 2), key);
  }
}

async function moved(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyFile(from, `${to}.new`, constants.COPYFILE_FICLONE);
    await synced(`${to}.new`);
    await rename(`${to}.new`, to);
  }
}

/** A file is there for good once its content and the names that lead to it have reached the disk. */
async function synced(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
