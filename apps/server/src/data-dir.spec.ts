import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDataDir } from './data-dir.js';

const onLinux = process.platform === 'linux' ? it : it.skip;

/** Real: the file system. */
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-data-dir-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('makes what is missing, also when several do so at once', async () => {
  const dataDir = join(folder, 'srv/parley/data');
  await Promise.all([1, 2, 3].map(() => makeDataDir(dataDir)));
  expect((await stat(dataDir)).isDirectory()).toBe(true);
});

it('refuses a file', async () => {
  await writeFile(join(folder, 'data'), '');
  await expect(makeDataDir(join(folder, 'data'))).rejects.toThrow(/EEXIST.*data/);
  await expect(makeDataDir(join(folder, 'data/deeper'))).rejects.toThrow(/EEXIST.*data/);
});

onLinux('refuses where nothing can be made, and does not try for ever', async () => {
  await expect(makeDataDir('/proc/parley/data')).rejects.toThrow(/ENOENT.*\/proc\/parley/);
});

onLinux('refuses where nothing can be written', async () => {
  await expect(makeDataDir('/proc/self')).rejects.toThrow(/(EACCES|EROFS|EPERM).*\/proc\/self/);
});
