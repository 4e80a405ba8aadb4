import { Agent, request } from 'node:http';
import { freePort, startProgram, stopProgram } from '../processes.js';
import { latenciesOf, type Latencies } from './latencies.js';

/** The built server on a seeded database, and somebody signed in. */
export class SeededServer {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  private constructor(
    private readonly port: number,
    private readonly child: Awaited<ReturnType<typeof startProgram>>,
    private readonly bearer: string,
  ) {}

  static async start(databaseUrl: string, dataDir: string, who: { email: string; password: string }) {
    const port = await freePort();
    // No work but ours: seeded channels have nothing to send and nobody to be asked.
    const env = { PORT: String(port), DATABASE_URL: databaseUrl, PARLEY_DATA_DIR: dataDir, NODE_ROLE: 'web' };
    const child = await startProgram(new URL('../../../../apps/server/src/main.js', import.meta.url), [], env, port);
    const response = await fetch(`http://127.0.0.1:${port}/v1/auth/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(who),
    });
    if (!response.ok) throw new Error(`Signing in was answered ${response.status}: ${await response.text()}`);
    const { accessToken } = (await response.json()) as { accessToken: string };
    return new SeededServer(port, child, accessToken);
  }

  /** One request after the other on one connection. */
  route(path: string, calls: number): Promise<Latencies> {
    return latenciesOf(calls, () => this.get(path));
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    await stopProgram(this.child);
  }

  private get(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.bearer}` };
      const call = request({ port: this.port, host: '127.0.0.1', path, headers, agent: this.agent }, (response) => {
        response.resume();
        response.on('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`${path} answered ${response.statusCode}`)),
        );
      });
      call.on('error', reject);
      call.end();
    });
  }
}
