import { Agent } from 'node:http';
import { jsonCall } from '../json-call.js';
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
    return jsonCall(`http://127.0.0.1:${this.port}${path}`, this.agent, this.bearer);
  }
}
