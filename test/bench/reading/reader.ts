import { Agent, request } from 'node:http';
import { latenciesOf, type Latencies } from './latencies.js';

/** Somebody who reads over one connection, one request after the other. */
export class Reader {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  private bearer = '';

  private constructor(
    private readonly port: number,
    private readonly who: { email: string; password: string },
  ) {}

  static async signIn(port: number, who: { email: string; password: string }): Promise<Reader> {
    const reader = new Reader(port, who);
    await reader.signInAgain();
    return reader;
  }

  /** A token is good for minutes only. */
  async signInAgain(): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${this.port}/v1/auth/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(this.who),
    });
    if (!response.ok) throw new Error(`Signing in was answered ${response.status}: ${await response.text()}`);
    this.bearer = ((await response.json()) as { accessToken: string }).accessToken;
  }

  /** The same route again and again, or several in turns. */
  route(paths: string | readonly string[], calls: number): Promise<Latencies> {
    let turn = 0;
    return latenciesOf(calls, () => this.get(typeof paths === 'string' ? paths : paths[turn++ % paths.length]!));
  }

  async read<Body>(path: string): Promise<Body> {
    return JSON.parse(await this.get(path)) as Body;
  }

  close(): void {
    this.agent.destroy();
  }

  private get(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.bearer}` };
      const call = request({ port: this.port, host: '127.0.0.1', path, headers, agent: this.agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const body = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(body);
          else reject(new Error(`${path} answered ${response.statusCode}: ${body.slice(0, 200)}`));
        });
      });
      call.on('error', reject);
      call.end();
    });
  }
}
