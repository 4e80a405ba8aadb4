import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { GuardedHttp } from './guarded-http.js';
import { AnswerTooLarge, NotAskedError, OutcomeUnknownError } from './http-errors.js';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function serving(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function client(...trustedOrigins: string[]): GuardedHttp {
  const http = new GuardedHttp({ trustedOrigins, timeoutMs: 2_000 });
  closing.push(() => http.close());
  return http;
}

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

function pours(bytes: number): RequestListener {
  return (_request, response) => {
    let left = bytes;
    const more = (): void => {
      while (left > 0 && !response.destroyed) {
        left -= 65_536;
        if (!response.write(Buffer.alloc(65_536, 1))) return void response.once('drain', more);
      }
      response.end();
    };
    more();
  };
}

test('content of many megabytes comes whole, with status and headers', async () => {
  const origin = await serving(pours(8 << 20));
  const answer = await client(origin).download({ url: origin, maxBytes: 16 << 20 });
  expect([answer.status, (await buffer(answer.body)).length]).toEqual([200, 8 << 20]);
});

test('nothing is read ahead of the reader', async () => {
  let written = 0;
  const origin = await serving((_request, response) => {
    const more = (): void => {
      do written += 65_536;
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  });
  const { body } = await client(origin).download({ url: origin, maxBytes: 1 << 30 });
  await new Promise<void>((resolve) => {
    let before = -1;
    const timer = setInterval(() => {
      if (before === written) {
        clearInterval(timer);
        resolve();
      }
      before = written;
    }, 50);
  });
  expect(written).toBeLessThan(64 << 20);
  body.on('error', () => undefined).destroy();
});

test('more than allowed: refused at once where the length is told, else in the middle', async () => {
  const told = await serving((_request, response) => {
    response.writeHead(200, { 'content-length': 1_000_000 });
    response.write('x');
  });
  expect(await failureOf(client(told).download({ url: told, maxBytes: 999_999 }))).toBeInstanceOf(AnswerTooLarge);
  const untold = await serving(pours(2 << 20));
  const { body } = await client(untold).download({ url: untold, maxBytes: 1 << 20 });
  expect(await failureOf(buffer(body))).toBeInstanceOf(AnswerTooLarge);
});

async function breaking(stop: (body: Readable, socket: Socket) => void, options = {}): Promise<unknown> {
  let socket: Socket | undefined;
  const origin = await serving((_request, response) => {
    socket = response.socket ?? undefined;
    response.writeHead(200, { 'content-length': 500 });
    response.write('a piece');
  });
  const { body } = await client(origin).download({ url: `${origin}/secret`, maxBytes: 1_000, ...options });
  stop(body, socket as Socket);
  return failureOf(buffer(body));
}

test('a body that breaks off, is aborted or runs out of time ends with an error that tells no path', async () => {
  const giveUp = new AbortController();
  const errors = [
    await breaking((_body, socket) => socket.end()),
    await breaking(() => giveUp.abort(), { signal: giveUp.signal }),
    await breaking(() => undefined, { timeoutMs: 200 }),
    await breaking(() => undefined, { idleMs: 200 }),
  ];
  for (const error of errors) expect(error).toBeInstanceOf(OutcomeUnknownError);
  expect(errors.map((error) => (error as OutcomeUnknownError).code).slice(1)).toEqual([
    'aborted',
    'timeout',
    'timeout',
  ]);
  expect(String(errors)).not.toContain('secret');
});

test('a head that never comes, and an aborted signal', async () => {
  const origin = await serving(() => undefined);
  const late = await failureOf(client(origin).download({ url: origin, maxBytes: 1, timeoutMs: 100 }));
  expect(late).toMatchObject({ name: 'OutcomeUnknownError', code: 'timeout' });
  const signal = AbortSignal.abort();
  const never = await failureOf(client(origin).download({ url: origin, maxBytes: 1, signal }));
  expect(never).toMatchObject({ name: 'NotAskedError', code: 'aborted' });
});

test('redirects are followed three times; a foreign origin is not told our headers', async () => {
  const told: (string | undefined)[] = [];
  const last = await serving((request, response) => {
    told.push(request.headers.authorization);
    response.end('content');
  });
  const origin = await serving((request, response) => {
    told.push(request.headers.authorization);
    const left = Number(request.url?.slice(1));
    response.writeHead(302, { location: left > 1 ? `/${left - 1}` : `${last}/x` }).end('gone');
  });
  const http = client(origin, last);
  const headers = { authorization: 'Bearer canary' };
  const { body } = await http.download({ url: `${origin}/3`, headers, maxBytes: 100 });
  expect((await buffer(body)).toString()).toBe('content');
  expect(told).toEqual(['Bearer canary', 'Bearer canary', 'Bearer canary', undefined]);
  const tooOften = await failureOf(http.download({ url: `${origin}/4`, maxBytes: 100 }));
  expect(tooOften).toMatchObject({ name: 'NotAskedError', code: 'too_many_redirects' });
});

test.each([
  ['http://169.254.169.254/latest', 'blocked_address'],
  ['http://127.0.0.1:1/x', 'blocked_address'],
  ['file:///etc/passwd', 'bad_url'],
  ['http://', 'bad_url'],
])('a redirect to %s is not followed', async (location, code) => {
  const origin = await serving((_request, response) => void response.writeHead(302, { location }).end());
  const error = await failureOf(client(origin).download({ url: origin, maxBytes: 100 }));
  expect(error).toBeInstanceOf(NotAskedError);
  expect(error).toMatchObject({ code });
});

test('a private address is not asked', async () => {
  const error = await failureOf(client().download({ url: 'http://127.0.0.1:1/', maxBytes: 100 }));
  expect(error).toMatchObject({ code: 'blocked_address' });
});
