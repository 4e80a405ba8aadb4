import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Arrival {
  readonly path: string;
  readonly id: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Another program that is told of events: 204 unless told otherwise, and whoever fails asks for an hour of patience. */
export class WebhookReceiver {
  readonly arrivals: Arrival[] = [];
  /** What is answered at a path; undefined = nothing at all. */
  readonly answers = new Map<string, number | undefined>();

  private constructor(private readonly server: Server) {}

  static async open(): Promise<WebhookReceiver> {
    const server = createServer();
    const receiver = new WebhookReceiver(server);
    server.on('request', (request: IncomingMessage, response) => {
      const path = request.url ?? '';
      void bodyOf(request).then((body) => {
        const headers = request.headers as Record<string, string>;
        receiver.arrivals.push({ path, id: headers['webhook-id']!, headers, body });
        const status = receiver.answers.has(path) ? receiver.answers.get(path) : 204;
        if (status !== undefined) response.writeHead(status, { 'retry-after': '3600' }).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  at(path: string): Arrival[] {
    return this.arrivals.filter((arrival) => arrival.path === path);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
