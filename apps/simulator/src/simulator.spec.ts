import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signatureOf } from './meta/page-events.js';
import { proofOf } from './meta/tokens.js';
import { startSimulator, type Simulator } from './simulator.js';

interface Hit {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A business's webhook: keeps what comes and answers with the status given for its turn, 200 in the end. */
class Webhook {
  readonly hits: Hit[] = [];
  statuses: number[] = [];
  headers: Record<string, string> = {};
  private constructor(private readonly server: Server) {}

  static async open(): Promise<Webhook> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const challenge = new URL(request.url ?? '/', 'http://x').searchParams.get('hub.challenge');
        if (challenge !== null) return response.end(challenge);
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

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

let sim: Simulator;
let webhook: Webhook;

beforeEach(async () => {
  sim = await startSimulator({ redelivery: { baseMs: 5, capMs: 20 } });
  webhook = await Webhook.open();
});

afterEach(async () => {
  await sim.stop();
  await webhook.close();
});

async function call(path: string, body?: unknown): Promise<{ status: number; json: Record<string, unknown> }> {
  const response = await fetch(sim.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

async function aConnectedBot(): Promise<{ id: string; token: string }> {
  const bot = sim.createBot();
  await call(`/bot${bot.token}/setWebhook`, { url: webhook.url, secret_token: 'word' });
  return bot;
}

async function aConnectedPage() {
  const page = sim.createPage();
  const proof = proofOf(page.appSecret, page.token);
  const auth = `access_token=${page.token}&appsecret_proof=${proof}`;
  await sim.setCallback({ app: page.appId, url: webhook.url, verifyToken: 'word' });
  await call(`/v26.0/${page.id}/subscribed_apps?subscribed_fields=messages,message_echoes&${auth}`, {});
  return { ...page, auth };
}

test('an update comes with the secret, escaped, with a newline after its id', async () => {
  const bot = await aConnectedBot();
  sim.customerWrites({ messenger: 'telegram', account: bot.id, person: 'Iryna Lys', text: 'Füße 🙂 https://x' });
  await sim.settled();
  const [hit] = webhook.hits;
  expect(hit?.headers['x-telegram-bot-api-secret-token']).toBe('word');
  expect(hit?.body).toMatch(/^\{"update_id":\d+,\n"message":\{"message_id":/);
  expect(hit?.body).toContain('"text":"F\\u00fc\\u00dfe \\ud83d\\ude42 https://x"');
});

test('a Page event is signed over its exact bytes, escaped as Meta escapes', async () => {
  const page = await aConnectedPage();
  sim.customerWrites({ messenger: 'facebook', account: page.id, person: 'Iryna', text: 'Süß 🙂 https://x' });
  await sim.settled();
  const [hit] = webhook.hits;
  expect(hit?.body).toContain('"text":"S\\u00fc\\u00df \\ud83d\\ude42 https:\\/\\/x"');
  expect(hit?.headers['x-hub-signature-256']).toBe(signatureOf(page.appSecret, Buffer.from(hit?.body ?? '', 'latin1')));
});

test('what was not answered 2xx is delivered again, and holds back its chat but no other', async () => {
  const bot = await aConnectedBot();
  webhook.statuses = [500, 503, 302];
  sim.customerWrites({ messenger: 'telegram', account: bot.id, person: 'A', text: 'first' });
  sim.customerWrites({ messenger: 'telegram', account: bot.id, person: 'A', text: 'second' });
  await sim.settled();
  expect(webhook.hits.map(({ body }) => /"text":"(\w+)"/.exec(body)?.[1])).toEqual([
    'first',
    'first',
    'first',
    'first',
    'second',
  ]);
  expect(sim.ledger.events[0]?.attempts.map(({ status }) => status)).toEqual([500, 503, 302, 200]);
});

test('an answer reaches the person and comes back as an echo with its metadata', async () => {
  const page = await aConnectedPage();
  const who = { messenger: 'facebook', account: page.id, person: 'Iryna' } as const;
  const { personId } = sim.customerWrites({ ...who, text: 'hi' });
  const message = { text: 'hello', metadata: 'out-1' };
  const sent = await call(`/v26.0/me/messages?${page.auth}`, {
    recipient: { id: personId },
    messaging_type: 'RESPONSE',
    message,
  });
  expect(sent.json).toEqual({ recipient_id: personId, message_id: expect.stringMatching(/^m_/) as string });
  expect(sim.received(who)).toEqual(['hello']);
  await sim.settled();
  const echo = sim.ledger.events.find(({ kind }) => kind === 'echo');
  expect(echo?.body).toContain('"metadata":"out-1"');
  expect(echo?.messageId).toBe(sent.json.message_id);
});
