import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';

/** Of one process and the children it has waited for, in ms; NaN where the system does not tell. */
function spentBy(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
    return ([11, 12, 13, 14].reduce((sum, place) => sum + Number(fields[place]), 0) * 1000) / ticks();
  } catch {
    return NaN;
  }
}

let ticksPerSecond: number | undefined;

function ticks(): number {
  return (ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })));
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ')[1]) === parent;
      } catch {
        return false;
      }
    });
}

/** The first process of a PostgreSQL on this machine; undefined where it is on another one, or does not tell. */
export async function postmasterOf(url: string): Promise<number | undefined> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`);
    return Number(readFileSync(`${rows[0]!.folder}/postmaster.pid`, 'latin1').split('\n')[0]);
  } catch {
    return undefined;
  } finally {
    await client.end();
  }
}

/** What a server and its PostgreSQL have worked so far, in ms of a processor; NaN where it cannot be told. */
export function spent(server: number, postmaster: number | undefined): { server: number; postgres: number } {
  const postgres =
    postmaster === undefined
      ? NaN
      : [postmaster, ...childrenOf(postmaster)].map(spentBy).reduce((sum, ms) => sum + (ms || 0), 0);
  return { server: spentBy(server), postgres };
}
