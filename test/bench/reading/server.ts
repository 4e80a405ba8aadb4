import { freePort, startServer, stopProgram } from '../processes.js';
import type { Latencies } from './latencies.js';
import { Reader } from './reader.js';

/** The built server on a seeded database, and somebody signed in. */
export class SeededServer {
  private constructor(
    private readonly child: Awaited<ReturnType<typeof startServer>>,
    private readonly reader: Reader,
  ) {}

  static async start(databaseUrl: string, dataDir: string, who: { email: string; password: string }) {
    const port = await freePort();
    // No work but ours: seeded channels have nothing to send and nobody to be asked.
    const env = { PORT: String(port), DATABASE_URL: databaseUrl, PARLEY_DATA_DIR: dataDir, NODE_ROLE: 'web' };
    const child = await startServer(env, port);
    return new SeededServer(child, await Reader.signIn(port, who));
  }

  /** One request after the other on one connection. */
  route(path: string, calls: number): Promise<Latencies> {
    return this.reader.route(path, calls);
  }

  async stop(): Promise<void> {
    this.reader.close();
    await stopProgram(this.child);
  }
}
