import './required-node.js';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * `npm run build`: compiles the server and the simulator and puts the server into one file. Where all of that has been made
 * of the very same files it says nothing and is done.
 */

const STAMP = 'dist/made-of';
const MADE = ['dist/apps/server/src/main.js', 'dist/apps/simulator/src/main.js', 'dist/server/whole-server.js'];
const MEMORIES = ['dist/server.tsbuildinfo', 'dist/simulator.tsbuildinfo'];

/** What is made of the same bytes is the same: times of files say little after an update or a restored copy. */
const FOLDERS = ['apps', 'libs'];
const FILES = [
  'build.js',
  'bundle.js',
  'nest-cli.json',
  'node_modules/.package-lock.json',
  'ormconfig.ts',
  'package.json',
  'required-node.js',
  'tsconfig.json',
];

async function stampOfSources() {
  const inFolders = await Promise.all(
    FOLDERS.map(async (folder) => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    }),
  );
  const files = [...FILES, ...inFolders.flat().filter((file) => !file.endsWith('.spec.ts'))].sort();
  const contents = await Promise.all(files.map((file) => readFile(file)));
  const hash = createHash('sha256');
  for (const [index, file] of files.entries())
    hash.update(`${file} ${contents[index].length}\n`).update(contents[index]);
  return hash.digest('hex');
}

async function run(...program) {
  const [code] = await once(spawn(process.execPath, program, { stdio: 'inherit' }), 'exit');
  if (code !== 0) process.exit(code ?? 1);
}

// Loaded first, because Nodes such as 20.19.0 and 22.13.0 do not let it be required by one file while another imports it.
const nest = (application) => run('--import', 'ora', 'node_modules/@nestjs/cli/bin/nest.js', 'build', application);

const stamp = await stampOfSources();
const made = await readFile(STAMP, 'utf8').catch(() => '');
const isThere = MADE.every((file) => existsSync(file));
if (!isThere || made !== stamp) {
  process.stderr.write('Building, which takes about half a minute …\n');
  // The compiler writes only what it remembers not to have written.
  for (const file of isThere ? [STAMP] : [STAMP, ...MEMORIES]) await rm(file, { force: true });
  await Promise.all([nest('server'), nest('simulator')]);
  await run('bundle.js');
  await writeFile(STAMP, stamp);
}
