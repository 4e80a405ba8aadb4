import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CallDescription, CallFaults } from '../faults/call-faults.js';
import type { Ledger, ReceivedCall } from '../ledger.js';
import { json, write, type Answer } from './answer.js';
import type { Api, OwnRoutes } from './api.js';
import { readCall, type Call } from './call.js';
import { answerWithFault, type Outcome } from './faulty-answer.js';

const SECRETS = [
  'access_token',
  'appsecret_proof',
  'client_secret',
  'fb_exchange_token',
  'input_token',
  'code',
  'state',
];
const KEPT_ANSWER = 4_000;

/** The one socket: reads each call, keeps it in the ledger, lets scripted faults happen. */
export class FrontDoor {
  private readonly server: Server;

  constructor(
    private readonly apis: readonly Api[],
    private readonly own: OwnRoutes,
    private readonly ledger: Ledger,
    private readonly faults: CallFaults,
  ) {
    this.server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      this.serve(request, response).catch((error: unknown) => {
        if (response.headersSent || response.destroyed) return response.destroy();
        write(response, json(500, { error: error instanceof Error ? error.message : String(error) }));
      });
    });
  }

  async open(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, resolve);
    });
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await readCall(request);
    if (await this.own.handle(call, response)) return;
    for (const api of this.apis) {
      const description = api.describe(call);
      if (description) return this.serveApi(api, call, description, response);
    }
    write(response, json(404, { error: `Nothing answers ${call.verb} ${call.path} here` }));
  }

  private async serveApi(api: Api, call: Call, description: CallDescription, response: ServerResponse): Promise<void> {
    const files = call.files.map(({ field, name, type, bytes }) => ({ field, name, type, size: bytes.length }));
    const entry = this.ledger.call({ ...description, body: withoutSecrets(call.fields.values), files });
    const effect = this.faults.take(description);
    entry.fault = effect?.kind;
    const work = async () => {
      const answer = await api.answer(call);
      entry.processed = answer.status < 400;
      this.ledger.changed();
      return answer;
    };
    const outcome = effect ? await answerWithFault(api, description, effect, work) : await work();
    this.settle(entry, outcome, response);
  }

  private settle(entry: ReceivedCall, outcome: Outcome, response: ServerResponse): void {
    if (outcome !== 'hang') entry.ms = Date.now() - entry.at;
    if (outcome === 'reset') response.socket?.resetAndDestroy();
    if (typeof outcome === 'object') {
      entry.status = outcome.status;
      entry.retryAfter = outcome.retryAfter;
      entry.answer = keptOf(outcome);
      write(response, outcome);
    }
    this.ledger.changed();
  }
}

/** The beginning of what was answered; of a file only its size. */
function keptOf({ headers, body }: Answer): string {
  const type = headers?.['content-type'] ?? '';
  if (Buffer.isBuffer(body) && !/json|text/.test(type)) return `${body.length} bytes ${type}`;
  return body.toString('utf8').slice(0, KEPT_ANSWER);
}

function withoutSecrets(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !SECRETS.includes(name)));
}
