import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerProcess } from './server.js';

/** A server's embedded database as its own files describe it, wherever the server says its data are. */
export function embeddedDatabaseOf({ output }: ServerProcess): { postmaster: number; url: string } {
  const folders = /Data directory +(.+)/
    .exec(output)![1]!
    .split(' and ')
    .map((folder) => folder.trim());
  const folder = folders
    .flatMap((place) => [place, join(place, 'postgres')])
    .find((place) => existsSync(join(place, 'postmaster.pid')))!;
  const [pid, , , port] = readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n');
  const password = readFileSync(join(folder, 'parley.password'), 'utf8').trim();
  return { postmaster: Number(pid), url: `postgres://parley:${password}@127.0.0.1:${port}/parley` };
}
