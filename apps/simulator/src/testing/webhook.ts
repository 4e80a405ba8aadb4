import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Hit {
  readonly headers: IncomingHttpHeaders;
  /** One character per byte. */
  readonly body: string;
}

/** A business's webhook: keeps what comes, and answers with the next status of the list, 200 when there is none left. */
export class Webhook {
  readonly hits: Hit[] = [];
  statuses: number[] = [];
  headers: Record<string, string> = {};
  /** What the verification GET is answered with, given the challenge. */
  challenge = (challenge: string) => challenge;

  private constructor(private readonly server: Server) {}

  static async open(): Promise<Webhook> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const challenge = new URL(request.url ?? '/', 'http://webhook').searchParams.get('hub.challenge');
        if (challenge !== null) return response.end(webhook.challenge(challenge));
        webhook.hits.push({ headers: request.headers, body: Buffer.concat(chunks).toString('latin1') });
        response.writeHead(webhook.statuses.shift() ?? 200, webhook.headers).end();
      });
    });
    const webhook = new Webhook(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return webhook;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  /** The texts that came, in order. */
  get texts(): string[] {
    return this.hits.flatMap(({ body }) => [...body.matchAll(/"text":"([^"]*)"/g)].map(([, text = '']) => text));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
