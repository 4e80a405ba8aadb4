import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

// The bench is compiled beside the product, which is compiled with the plug-ins of its own build.
const SERVER = new URL('../../../server/main.js', import.meta.url);

const running = new Set<ChildProcess>();

/** Ends what was started, also what stands still: whoever waits for it fails, and clears up. */
export function endAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** To a process that may be gone. */
export function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Runs the built server as `npm start` does. */
export function startServer(env: Record<string, string>, port: number) {
  return run(['--max-semi-space-size=32', fileURLToPath(SERVER)], env, port);
}

/** Runs one of the bench's programs. */
export function startProgram(url: URL, args: string[], env: Record<string, string>, port: number) {
  return run([fileURLToPath(url), ...args], env, port);
}

/** Resolves when the program answers on its port. */
async function run(args: readonly string[], env: Record<string, string>, port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const deadline = Date.now() + 60_000;
  while (!(await answers(port))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline)
      throw new Error(`${args.join(' ')} did not start`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return child;
}

export async function stopProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/health/ready`).then(
    () => true,
    () => false,
  );
}

/** NaN where the system does not tell. */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) / 1024;
}
