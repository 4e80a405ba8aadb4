import { execFile } from 'node:child_process';
import { chmod, cp, mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { copyBinaries, findBinaries, isComplete, type Binaries } from './binaries.js';

let folder: string;
let damaged: Binaries;

/** As npm leaves the package with --ignore-scripts: no links; and with lost executable bits. */
beforeEach(async () => {
  const packaged = await findBinaries();
  folder = await mkdtemp(join(tmpdir(), 'parley-binaries-'));
  damaged = { ...packaged, folder: join(folder, 'native') };
  damaged = { ...damaged, initdb: join(damaged.folder, 'bin/initdb'), postgres: join(damaged.folder, 'bin/postgres') };
  await cp(packaged.folder, damaged.folder, { recursive: true, verbatimSymlinks: true });
  const lib = join(damaged.folder, 'lib');
  for (const name of await readdir(lib)) {
    const isLink = await readlink(join(lib, name)).then(
      () => true,
      () => false,
    );
    if (isLink) await rm(join(lib, name));
  }
  await chmod(damaged.initdb, 0o644);
});
afterEach(() => rm(folder, { recursive: true }));

it('makes the library links and executable bits that the install script was not allowed to make', async () => {
  expect(await isComplete(damaged)).toBe(false);
  const copy = await copyBinaries(damaged, join(folder, 'home'));
  expect(await isComplete(copy)).toBe(true);
  expect((await promisify(execFile)(copy.initdb, ['--version'])).stdout).toContain('PostgreSQL');
  expect((await promisify(execFile)(copy.postgres, ['--version'])).stdout).toContain('PostgreSQL');
});

it('copies once, also when several processes do it at once', async () => {
  const home = join(folder, 'home');
  const [one, other] = await Promise.all([copyBinaries(damaged, home), copyBinaries(damaged, home)]);
  expect(one).toEqual(other);
  expect(await readdir(home)).toHaveLength(1);
});
