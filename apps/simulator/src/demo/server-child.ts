import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { packageRoot } from '../control/page-files.js';

const PATIENCE_MS = 120_000;
const TAIL = 3_000;

/** The built server as a process of its own, in a process group of its own: Ctrl-C reaches it once, through us. */
export class ServerChild {
  readonly logFile: string;
  private readonly child: ChildProcess;

  constructor(
    readonly url: string,
    dataDir: string,
    environment: NodeJS.ProcessEnv,
  ) {
    mkdirSync(dataDir, { recursive: true });
    this.logFile = join(dataDir, 'server.log');
    const log = openSync(this.logFile, 'w', 0o600);
    const main = join(packageRoot(), 'dist/server/main.js');
    this.child = spawn(process.execPath, [main], { env: environment, stdio: ['ignore', log, log], detached: true });
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Resolves when the server says it is ready. Rejects with the end of its log when it ends or takes too long. */
  async ready(): Promise<void> {
    const until = Date.now() + PATIENCE_MS;
    while (!this.ended && Date.now() < until) {
      const ready = await fetch(`${this.url}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (ready) return;
      await wait(100);
    }
    throw new Error(`The server did not become ready. The end of ${this.logFile}:\n${this.tail()}`);
  }

  onExit(listener: () => void): void {
    this.child.once('exit', listener);
  }

  tail(): string {
    return readFileSync(this.logFile, 'utf8').slice(-TAIL);
  }

  async stop(): Promise<void> {
    if (this.ended) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exited;
  }
}
