import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const OURS = 'parley';

/** How this system lists its users, and the programs that may make one (Linux distributions; Alpine). */
export const SYSTEM = {
  passwd: '/etc/passwd',
  makers: [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', OURS]],
    ['adduser', ['-S', '-D', '-H', '-s', '/sbin/nologin', OURS]],
  ] as readonly (readonly [program: string, parameters: readonly string[]])[],
};

/** The system user that runs the server, because PostgreSQL refuses to run as root. */
export interface Runner {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Who shall run the server over `dataDir`: its present owner, else a user of ours, else whom the system has. */
export async function chooseRunner(dataDir: string, system = SYSTEM): Promise<Runner | undefined> {
  if (!isRoot()) return undefined;
  const users = await systemUsers(system.passwd);
  const owner = await ownerOf(dataDir, users);
  if (owner) return owner;
  const runner = users.get(OURS) ?? users.get('postgres') ?? (await makeUser(system)) ?? users.get('nobody');
  if (runner) return runner;
  throw new Error(
    'PostgreSQL does not run as root, and this system has no other user to run it: neither "postgres" nor "nobody", ' +
      `and none could be made. Make a user named "${OURS}", start Parley as another user, or set DATABASE_URL.`,
  );
}

async function ownerOf(dataDir: string, users: Map<string, Runner>): Promise<Runner | undefined> {
  const found = await stat(join(dataDir, 'PG_VERSION')).catch(() => undefined);
  if (!found || found.uid === 0) return undefined;
  const known = [...users.values()].find((user) => user.uid === found.uid);
  return known ?? { name: `uid ${found.uid}`, uid: found.uid, gid: found.gid };
}

async function makeUser({ passwd, makers }: typeof SYSTEM): Promise<Runner | undefined> {
  for (const [program, parameters] of makers) {
    await run(program, [...parameters]).catch(() => undefined);
    const made = (await systemUsers(passwd)).get(OURS);
    if (made) return made;
  }
  return undefined;
}

/** /etc/passwd only: a service account from a directory server would come and go with the network. */
async function systemUsers(passwd: string): Promise<Map<string, Runner>> {
  const text = await readFile(passwd, 'utf8').catch(() => '');
  const users = text.split('\n').map((line) => line.split(':'));
  return new Map(
    users
      .filter(([name, , uid, gid]) => name && uid && gid && uid !== '0')
      .map(([name = '', , uid, gid]) => [name, { name, uid: Number(uid), gid: Number(gid) }]),
  );
}
