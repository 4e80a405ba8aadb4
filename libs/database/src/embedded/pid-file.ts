import { execFile } from 'node:child_process';
import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What postmaster.pid says. Only a hint: after a crash the number may belong to any other program. */
export interface PidFile {
  readonly pid: number;
  readonly port: number | undefined;
}

/** https://www.postgresql.org/docs/current/storage-file-layout.html: pid, directory, start time, port, … */
export async function readPidFile(dataDir: string): Promise<PidFile | undefined> {
  const text = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '');
  const [pid, , , port] = text.split('\n').map((line) => line.trim());
  return Number(pid) > 0 ? { pid: Number(pid), port: Number(port) > 0 ? Number(port) : undefined } : undefined;
}

export async function removePidFile(dataDir: string): Promise<void> {
  await rm(join(dataDir, 'postmaster.pid'), { force: true });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Whether the living process `pid` works in `dataDir`, as a postmaster does from its first moment on. Asked only when
 * the server itself does not answer (it is starting, stopping or frozen).
 */
export async function worksIn(pid: number, dataDir: string): Promise<boolean> {
  if (process.platform === 'linux') {
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
    return folder === (await realpath(dataDir));
  }
  const command = await promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return command.stdout.includes(dataDir);
}
