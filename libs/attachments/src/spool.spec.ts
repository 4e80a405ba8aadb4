import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { AttachmentsOptions } from './attachments-options.js';
import { Spool } from './spool.js';

/** Real: the file system. */
test('a source that breaks off at once leaves no file behind', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'parley-spool-'));
  const spool = new Spool(new AttachmentsOptions({ directory, maxBytes: 1_000 }));
  const broken = () => {
    const source: Readable = new Readable({ read: () => source.destroy(new Error('broke off')) });
    return source;
  };
  const tries = Array.from({ length: 200 }, () => spool.with(broken(), () => Promise.resolve()));
  const results = await Promise.allSettled(tries);
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
  expect(await readdir(join(directory, 'incoming'))).toEqual([]);
  await rm(directory, { recursive: true });
});
