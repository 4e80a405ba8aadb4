import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chown, lstat, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { copyBinaries, findBinaries, isComplete, type Binaries } from './binaries.js';
import { majorOf } from './cluster.js';
import { chooseRunner, type Runner } from './runner.js';

/** Where root keeps what another user must reach, the first that works. */
const SHARED_HOMES = ['/var/lib/parley', '/var/tmp/parley'];
/** In the wished directory, when the data had to be placed elsewhere: the path of where it is. */
const POINTER = 'LOCATION';

export interface Place {
  readonly dataDir: string;
  readonly binaries: Binaries;
  readonly runner: Runner | undefined;
  /** What an operator should know, one sentence each. */
  readonly notes: string[];
}

/**
 * Decides where data and binaries live and who runs the server, so that this user can reach both. Nothing moves once
 * it is placed: the wished directory keeps either the data or a pointer to it.
 */
export async function findPlace(wished: string, binariesOfPackage = findBinaries): Promise<Place> {
  await makeFolder(wished);
  const asked = await realpath(wished);
  const packaged = await binariesOfPackage();
  const pointed = await readPointer(asked);
  const runner = await chooseRunner(pointed ?? asked);
  if (!runner) return { dataDir: asked, ...(await reachableBinaries(packaged, undefined, dirname(asked))), runner };
  const data = await placeData(asked, pointed, runner);
  const binaries = await reachableBinaries(packaged, runner);
  const who = `PostgreSQL does not run as root: it runs as the system user "${runner.name}".`;
  return { dataDir: data.dataDir, binaries: binaries.binaries, runner, notes: [who, ...data.notes, ...binaries.notes] };
}

/** For the owner alone; folders above it that are missing are made as usual, because another user must pass them. */
async function makeFolder(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

async function placeData(asked: string, pointed: string | undefined, runner: Runner): Promise<Omit<Place, 'binaries'>> {
  if (pointed) return { dataDir: pointed, runner, notes: [dataNote(asked, pointed, runner)] };
  const holdsData = (await majorOf(asked)) !== undefined;
  if (!holdsData) await chown(asked, runner.uid, runner.gid);
  if (await canEnter(asked, runner)) return { dataDir: asked, runner, notes: [] };
  if (holdsData) {
    throw new Error(
      `The system user "${runner.name}" runs PostgreSQL and cannot enter ${asked}, which holds the database. ` +
        'Make every folder above it enterable (chmod a+x), or move it, or start Parley as the user who made it.',
    );
  }
  const dataDir = join(await sharedHome(runner), `data-${randomBytes(6).toString('hex')}`);
  await mkdir(dataDir, { mode: 0o700 });
  await chown(dataDir, runner.uid, runner.gid);
  await chown(asked, 0, 0);
  await writeFile(join(asked, POINTER), `${dataDir}\n`);
  return { dataDir, runner, notes: [dataNote(asked, dataDir, runner)] };
}

function dataNote(asked: string, dataDir: string, runner: Runner): string {
  return `"${runner.name}" cannot enter ${asked}, so the database lives in ${dataDir}.`;
}

/** @throws when there is nothing where it points to: a place that is not mounted today must not be forgotten for an empty one. */
async function readPointer(asked: string): Promise<string | undefined> {
  const file = join(asked, POINTER);
  const pointed = (await readFile(file, 'utf8').catch(() => undefined))?.trim();
  if (!pointed) return undefined;
  const isThere = await access(pointed).then(
    () => true,
    () => false,
  );
  if (isThere) return pointed;
  throw new Error(
    `${file} says that the database is in ${pointed}, and there is none. Mount that place, or bring it back from a ` +
      `backup. Only to begin with an empty database, remove ${file}.`,
  );
}

async function reachableBinaries(
  packaged: Binaries,
  runner: Runner | undefined,
  home?: string,
): Promise<Pick<Place, 'binaries' | 'notes'>> {
  if ((await isComplete(packaged)) && (await runs(packaged, runner))) return { binaries: packaged, notes: [] };
  const target = home ?? (await sharedHome(runner));
  const binaries = await copyBinaries(packaged, target);
  return { binaries, notes: [`PostgreSQL's programs were copied to ${binaries.folder}.`] };
}

async function sharedHome(runner: Runner | undefined): Promise<string> {
  for (const home of SHARED_HOMES) {
    const usable = await mkdir(home, { recursive: true, mode: 0o755 }).then(
      () => isOurs(home),
      () => false,
    );
    if (usable && (!runner || (await canPass(home, runner)))) return home;
  }
  throw new Error(`The system user "${runner?.name}" can enter none of ${SHARED_HOMES.join(', ')}: set DATABASE_URL.`);
}

/** /var/tmp is everybody's: a folder that somebody else put there is not used. */
async function isOurs(home: string): Promise<boolean> {
  const found = await lstat(home);
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
}

function canEnter(folder: string, runner: Runner): Promise<boolean> {
  return succeeds('/bin/sh', ['-c', 'test -x "$1" && test -w "$1"', 'sh', folder], runner);
}

function canPass(folder: string, runner: Runner): Promise<boolean> {
  return succeeds('/bin/sh', ['-c', 'test -x "$1"', 'sh', folder], runner);
}

function runs(binaries: Binaries, runner: Runner | undefined): Promise<boolean> {
  return succeeds(binaries.initdb, ['--version'], runner);
}

/** Tried by the user in question, so that modes, access lists, mounts and missing libraries all count. */
function succeeds(program: string, parameters: string[], runner: Runner | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, parameters, {
      cwd: '/',
      stdio: 'ignore',
      ...(runner && { uid: runner.uid, gid: runner.gid }),
    });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
