import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { eventually } from '#database';
import { PlainConnections, type WebhookAnswer } from './plain-connections.js';
import type { PlainRequest } from './plain-request.js';

/** Real: sockets, and Node's HTTP server behind. */
const TAKEN: WebhookAnswer = { status: 200, headers: {}, body: '' };
let server: Server;
let stopping: boolean;
let entered: PlainRequest[];
let answer: (request: PlainRequest) => Promise<WebhookAnswer> | undefined;

beforeEach(async () => {
  entered = [];
  stopping = false;
  answer = () => Promise.resolve(TAKEN);
  server = createServer((request, response) => {
    let size = 0;
    request.on('data', (chunk: Buffer) => (size += chunk.length));
    request.on('end', () => response.setHeader('x-by', 'node').end(`${request.method} ${request.url} ${size}`));
  });
  const enter = (request: PlainRequest) => {
    entered.push(request);
    return answer(request);
  };
  new PlainConnections(server, enter, () => stopping);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

const post = (target: string, body = '{}') =>
  `POST ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** A client that keeps all it hears. */
class Client {
  heard = '';
  private readonly closed: Promise<unknown>;

  private constructor(readonly socket: Socket) {
    socket.setEncoding('latin1').on('data', (text: string) => (this.heard += text));
    socket.on('error', () => undefined);
    this.closed = once(socket, 'close');
  }

  static async open(): Promise<Client> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    return new Client(socket);
  }

  async says(text: string, answers = 1): Promise<string[]> {
    this.socket.write(text);
    return this.hears(answers);
  }

  async hears(answers: number): Promise<string[]> {
    for (;;) {
      const whole = this.answers();
      if (whole.length >= answers) return whole;
      await once(this.socket, 'data');
    }
  }

  /** All that was heard until the other side closed. */
  async untilClosed(): Promise<string> {
    await this.closed;
    return this.heard;
  }

  /** Those that have come whole. */
  private answers(): string[] {
    const whole: string[] = [];
    for (let at = 0; ;) {
      const end = this.heard.indexOf('\r\n\r\n', at) + 4;
      if (end < 4) return whole;
      const length = /content-length: (\d+)/i.exec(this.heard.slice(at, end))?.[1];
      if (this.heard.length < end + Number(length)) return whole;
      whole.push(this.heard.slice(at, (at = end + Number(length))));
    }
  }
}

/** Holds answers back from now on, until `give`. */
function hold() {
  let give!: () => void;
  const given = new Promise<WebhookAnswer>((resolve) => (give = () => resolve(TAKEN)));
  answer = () => given;
  return { give };
}

function arrived(requests: number): Promise<void> {
  return eventually(() => entered.length >= requests);
}

const matching = (pattern: RegExp) => expect.stringMatching(pattern) as unknown as string;
const byNode = (text: string) => matching(new RegExp(`^HTTP/1.1 200 OK[^]*x-by: node[^]*${text}`));
const taken = matching(/^HTTP\/1\.1 200 OK\r\nContent-Length: 0\r\nDate: [^]*\r\n\r\n$/);

it('plain requests are answered in turn on their connection, past Node', async () => {
  const client = await Client.open();
  expect(await client.says(post('/1'))).toEqual([taken]);
  expect(await client.says(post('/2', 'two'), 2)).toEqual([taken, taken]);
  expect(entered.map(({ target, body }) => [target, body.toString()])).toEqual([
    ['/1', '{}'],
    ['/2', 'two'],
  ]);
  expect(client.heard).not.toContain('x-by');
});

it('an answer travels with its status, headers, length, date, and how long the connection is kept', async () => {
  server.keepAliveTimeout = 72_000;
  answer = () => Promise.resolve({ status: 503, headers: { 'retry-after': '1' }, body: '{"ö":1}' });
  const [heard] = await (await Client.open()).says(post('/'));
  const [head, body] = heard!.split('\r\n\r\n');
  const [status, ...headers] = head!.split('\r\n');
  const { Date: date, ...others } = Object.fromEntries(headers.map((line) => line.split(': ') as [string, string]));
  expect(status).toBe('HTTP/1.1 503 Service Unavailable');
  const kept = { Connection: 'keep-alive', 'Keep-Alive': 'timeout=72' };
  expect(others).toEqual({ 'retry-after': '1', 'Content-Length': '8', ...kept });
  expect(Math.abs(Date.parse(date ?? '') - Date.now())).toBeLessThan(5_000);
  expect(Buffer.from(body!, 'latin1').toString()).toBe('{"ö":1}');
});

it('the date of an answer is that of its moment', async () => {
  const clock = jest.spyOn(Date, 'now');
  const client = await Client.open();
  for (const second of [1_000_000, 1_000_001]) {
    clock.mockReturnValue(second * 1000 + 300);
    const heard = await client.says(post('/'), second - 999_999);
    expect(heard.at(-1)).toContain(`Date: ${new Date(second * 1000).toUTCString()}\r\n`);
  }
  clock.mockRestore();
});

it('a connection is Node’s from the first request on that is not plain', async () => {
  const client = await Client.open();
  await client.says(post('/1'));
  await client.says('GET /2 HTTP/1.1\r\nHost: x\r\n\r\n', 2);
  expect(await client.says(post('/3'), 3)).toEqual([taken, byNode('GET /2 0'), byNode('POST /3 2')]);
  expect(entered).toHaveLength(1);
});

it('a plain request that is not taken is Node’s', async () => {
  answer = () => undefined;
  expect(await (await Client.open()).says(post('/other'))).toEqual([byNode('POST /other 2')]);
});

it('a request in pieces is Node’s, however it is cut', async () => {
  const text = post('/cut', 'x'.repeat(20));
  for (let at = 1; at < text.length; at++) {
    const client = await Client.open();
    client.socket.setNoDelay(true).write(text.slice(0, at));
    await new Promise((resolve) => setImmediate(resolve));
    expect(await client.says(text.slice(at))).toHaveLength(1);
    client.socket.destroy();
  }
  const large = 'x'.repeat(300_000);
  expect(await (await Client.open()).says(post('/large', large))).toEqual([byNode('POST /large 300000')]);
});

it('requests in one piece are answered in their order', async () => {
  const client = await Client.open();
  const answers = await client.says(post('/1') + post('/2') + post('/3'), 3);
  expect(answers).toEqual([byNode('/1'), byNode('/2'), byNode('/3')]);
});

it('a request that comes before the last one is answered waits for its turn', async () => {
  const { give } = hold();
  const client = await Client.open();
  client.socket.write(post('/1'));
  await arrived(1);
  for (const text of [post('/2'), post('/3')]) await new Promise((sent) => client.socket.write(text, sent));
  give();
  expect(await client.hears(3)).toEqual([taken, byNode('/2'), byNode('/3')]);
});

it('what is no HTTP is Node’s to refuse', async () => {
  const client = await Client.open();
  client.socket.write('nonsense\r\n\r\n');
  expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 400 /);
});

it('who has said all is answered, and the connection ends', async () => {
  const client = await Client.open();
  client.socket.end(post('/last'));
  expect(await client.untilClosed()).toEqual(taken);
  const { give } = hold();
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const hasty = await Client.open();
  const said = once((await connected)[0], 'end');
  hasty.socket.end(post('/last'));
  await said;
  give();
  expect(await hasty.untilClosed()).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n/);
  const silent = await Client.open();
  silent.socket.end();
  expect(await silent.untilClosed()).toBe('');
});

it('who goes away before the answer harms nobody', async () => {
  const { give } = hold();
  const client = await Client.open();
  client.socket.write(post('/1'));
  await arrived(1);
  client.socket.resetAndDestroy();
  await client.untilClosed();
  give();
  answer = () => Promise.resolve(TAKEN);
  expect(await (await Client.open()).says(post('/2'))).toEqual([taken]);
});

it('who does not read the answers is not read any further', async () => {
  answer = () => Promise.resolve({ status: 404, headers: {}, body: 'x'.repeat(100_000) });
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const client = await Client.open();
  client.socket.pause();
  const [socket] = await connected;
  const isRead = async (requests: number) => {
    while (entered.length < requests && !socket.isPaused()) await new Promise((resolve) => setImmediate(resolve));
    return entered.length === requests;
  };
  let requests = 0;
  do client.socket.write(post('/'));
  while ((await isRead(++requests)) && requests < 300);
  expect(socket.writableLength).toBeLessThan(1_000_000);
  client.socket.resume();
  expect(await client.hears(requests)).toHaveLength(requests);
});

it('a connection that is silent for too long ends; one that waits for its answer does not', async () => {
  server.keepAliveTimeout = 50;
  const waiting = await Client.open();
  const { give } = hold();
  waiting.socket.write(post('/slow'));
  await arrived(1);
  answer = () => Promise.resolve(TAKEN);
  const silent = await Client.open();
  await silent.says(post('/1'));
  expect(await silent.untilClosed()).toContain('HTTP/1.1 200 OK');
  const unused = await Client.open();
  expect(await unused.untilClosed()).toBe('');
  give();
  expect(await waiting.hears(1)).toEqual([taken]);
  expect(await waiting.untilClosed()).toContain('HTTP/1.1 200 OK');
});

it('a server that closes ends idle connections, and the others with their answer', async () => {
  const [idle, busy] = [await Client.open(), await Client.open()];
  await idle.says(post('/1'));
  const { give } = hold();
  busy.socket.write(post('/2'));
  await arrived(2);
  stopping = true;
  const closed = new Promise((resolve) => server.close(resolve));
  expect(await idle.untilClosed()).not.toContain('close');
  give();
  expect(await busy.untilClosed()).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n/);
  await closed;
});

it('all connections can be cut', async () => {
  hold();
  const [idle, busy] = [await Client.open(), await Client.open()];
  busy.socket.write(post('/2'));
  await arrived(1);
  server.closeAllConnections();
  expect([await idle.untilClosed(), await busy.untilClosed()]).toEqual(['', '']);
});
