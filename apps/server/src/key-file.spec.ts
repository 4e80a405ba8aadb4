import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyRing } from '#database';
import { keysFromFile } from './key-file.js';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'parley-keys-'))));
afterEach(() => rm(folder, { recursive: true }));

it('makes one key that only we may read, and finds it again', async () => {
  const file = join(folder, 'deep', 'keys');
  const keys = await keysFromFile(file);
  expect(new KeyRing(keys).fingerprint()).toBeTruthy();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await keysFromFile(file)).toEqual(keys);
});

it('gives programs that start at once the same key', async () => {
  const file = join(folder, 'keys');
  const rings = await Promise.all(Array.from({ length: 10 }, () => keysFromFile(file)));
  expect(new Set(rings.map((ring) => ring.join())).size).toBe(1);
});

it('never replaces a damaged key file', async () => {
  const file = join(folder, 'keys');
  await writeFile(file, '\n');
  await expect(keysFromFile(file)).rejects.toThrow('Restore it');
});

it('makes no new file where the keys of the missing one are needed, and takes one that another program made meanwhile', async () => {
  const file = join(folder, 'keys');
  const needed = () => Promise.resolve(true);
  await expect(keysFromFile(file, needed)).rejects.toThrow(`The key file ${file} is missing`);
  expect(await readdir(folder)).toEqual([]);
  const made = keysFromFile(file, async () => {
    await keysFromFile(file);
    return true;
  });
  expect(await made).toEqual(await keysFromFile(file));
});
