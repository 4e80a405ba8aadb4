import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { GuardedHttp, type GuardedHttpOptions } from './guarded-http.js';
import { NotAskedError, OutcomeUnknownError } from './http-errors.js';
import { isPublicAddress } from './public-address.js';

const SECRET = '7193405826:AAForSamplesOnlyNeverIssued77777777';
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serving = (listener: RequestListener): Promise<string> => listen(createServer(listener));
const speaking = (onSocket: (socket: Socket) => void): Promise<string> => listen(createTcpServer(onSocket));

function client(options: GuardedHttpOptions): GuardedHttp {
  const http = new GuardedHttp(options);
  closing.push(() => http.close());
  return http;
}

async function failureOf(call: Promise<unknown>): Promise<NotAskedError | OutcomeUnknownError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof NotAskedError || error instanceof OutcomeUnknownError) return error;
  throw new Error(`expected a failure, got ${inspect(error)}`);
}

async function post(origin: string, options: GuardedHttpOptions = {}): Promise<NotAskedError | OutcomeUnknownError> {
  const http = client({ trustedOrigins: [origin], timeoutMs: 2_000, ...options });
  return failureOf(http.request({ method: 'POST', url: `${origin}/bot${SECRET}/sendMessage`, json: { text: 'x' } }));
}

test.each<[string, RequestListener]>([
  ['larger than is kept', (_request, response) => response.end(Buffer.alloc(200_000))],
  ['that never ends', (_request, response) => response.write('a')],
  ['that breaks off', (_request, response) => response.write('a', () => response.destroy())],
])('where the head is all that matters, a body %s does not', async (_, listener) => {
  const origin = await serving((request, response) => {
    response.writeHead(201, { 'retry-after': '7' });
    listener(request, response);
  });
  const http = client({ trustedOrigins: [origin], timeoutMs: 500, maxAnswerBytes: 100_000 });
  const call = { method: 'POST', url: `${origin}/x`, json: {} } as const;
  expect(await http.request({ ...call, headOnly: true })).toMatchObject({
    status: 201,
    headers: { 'retry-after': '7' },
  });
  expect(await failureOf(http.request(call))).toBeInstanceOf(OutcomeUnknownError);
});

test('where the head is all that matters, there must be one', async () => {
  const origin = await speaking((socket) => void socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'));
  const http = client({ trustedOrigins: [origin], timeoutMs: 300 });
  const failure = await failureOf(http.request({ method: 'POST', url: origin, json: {}, headOnly: true }));
  expect(failure.code).toBe('timeout');
});

test('a trusted origin is reached on loopback; JSON goes there and comes back', async () => {
  const origin = await serving((request, response) => {
    request.setEncoding('utf8').on('data', (body: string) => response.end(JSON.stringify({ body, id: 1 })));
  });
  const answer = await client({ trustedOrigins: [`${origin}/some/path`] }).request({
    method: 'POST',
    url: `${origin}/x?y=1`,
    json: { a: 'ü' },
  });
  expect(answer.status).toBe(200);
  expect(answer.json).toEqual({ body: '{"a":"ü"}', id: 1 });
});

test.each([
  ['HTML', '<html><body>Bad Gateway</body></html>'],
  ['truncated JSON', '{"ok":tr'],
  ['nothing', ''],
])('%s with 200 is an answer without JSON', async (_, body) => {
  const origin = await serving((_request, response) => void response.end(body));
  const answer = await client({ trustedOrigins: [origin] }).request({ method: 'GET', url: origin });
  expect(answer).toMatchObject({ status: 200, json: undefined });
});

test('redirects are answers, not followed', async () => {
  let asked = 0;
  const origin = await serving((_request, response) => {
    asked++;
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  const answer = await client({ trustedOrigins: [origin] }).request({ method: 'GET', url: origin });
  expect([answer.status, asked]).toEqual([302, 1]);
});

test.each([
  'http://127.0.0.1:1',
  'http://2130706433',
  'http://[::1]:9',
  'http://[::ffff:10.0.0.1]',
  'http://localhost',
  'http://169.254.169.254',
])('%s is not asked unless trusted', async (url) => {
  const error = await failureOf(client({}).request({ method: 'GET', url }));
  expect(error).toBeInstanceOf(NotAskedError);
  expect(error.code).toBe('blocked_address');
});

test('a name that resolves to a private address is not asked, whatever it resolved to before', async () => {
  let asked = false;
  const origin = await serving((_request, response) => {
    asked = true;
    response.end();
  });
  const answers = ['10.0.0.7', '127.0.0.1'];
  const http = client({ resolve: () => Promise.resolve([{ address: answers.shift() ?? '127.0.0.1', family: 4 }]) });
  const url = origin.replace('127.0.0.1', 'rebinding.example.com');
  for (let round = 0; round < 3; round++) {
    expect((await failureOf(http.request({ method: 'GET', url }))).code).toBe('blocked_address');
  }
  expect(asked).toBe(false);
});

test.each(['ftp://example.com', 'file:///etc/passwd', 'nonsense', 'http://user:word@example.com'])(
  '%s is no address for us',
  async (url) => {
    expect((await failureOf(client({}).request({ method: 'GET', url }))).code).toBe('bad_url');
  },
);

test('nobody there: surely not asked', async () => {
  const origin = await serving(() => undefined);
  await closing.pop()?.();
  expect(await post(origin)).toBeInstanceOf(NotAskedError);
});

test('a name that does not resolve: surely not asked', async () => {
  const error = await failureOf(
    client({
      resolve: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })),
    }).request({ method: 'POST', url: 'http://nowhere.example.com/', json: {} }),
  );
  expect([error.name, error.code]).toEqual(['NotAskedError', 'ENOTFOUND']);
});

test('TLS that fails before anything is written: surely not asked', async () => {
  const origin = await speaking((socket) => socket.once('data', () => socket.end('this is no TLS')));
  expect(await post(origin.replace('http:', 'https:'))).toBeInstanceOf(NotAskedError);
});

test('a reset after the request arrived: unknown', async () => {
  const origin = await speaking((socket) => socket.once('data', () => socket.resetAndDestroy()));
  expect(await post(origin)).toBeInstanceOf(OutcomeUnknownError);
});

test('a reset in the middle of the answer: unknown', async () => {
  const origin = await speaking((socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"ok":true')),
  );
  expect(await post(origin)).toBeInstanceOf(OutcomeUnknownError);
});

test('no answer in time: unknown', async () => {
  const origin = await serving(() => undefined);
  const error = await post(origin, { timeoutMs: 100 });
  expect([error.name, error.code]).toEqual(['OutcomeUnknownError', 'timeout']);
});

test('the caller gives up while waiting: unknown; before it began: not asked', async () => {
  const giveUp = new AbortController();
  const origin = await serving(() => giveUp.abort());
  const http = client({ trustedOrigins: [origin] });
  const call = { method: 'POST', url: origin, json: {}, signal: giveUp.signal } as const;
  expect(await failureOf(http.request(call))).toBeInstanceOf(OutcomeUnknownError);
  expect(await failureOf(http.request(call))).toBeInstanceOf(NotAskedError);
});

test('a call that ended while it waited for a connection is never written afterwards', async () => {
  const asked: string[] = [];
  const release: (() => void)[] = [];
  const origin = await serving((request, response) => {
    asked.push(request.url ?? '');
    release.push(() => response.end('{}'));
  });
  const http = client({ trustedOrigins: [origin], timeoutMs: 10_000, connections: 64 });
  const busy = Array.from({ length: 64 }, () => http.request({ method: 'POST', url: `${origin}/busy`, json: {} }));
  const late = http.request({ method: 'POST', url: `${origin}/late`, json: {}, timeoutMs: 50 });
  expect(await failureOf(late)).toBeInstanceOf(NotAskedError);
  const after = Array.from({ length: 64 }, () => http.request({ method: 'POST', url: `${origin}/after`, json: {} }));
  const timer = setInterval(() => release.splice(0).forEach((answer) => answer()), 5);
  await Promise.all([...busy, ...after]);
  clearInterval(timer);
  expect(asked.filter((url) => url === '/late')).toEqual([]);
  expect(asked).toHaveLength(128);
});

test('an answer larger than allowed is not read on', async () => {
  const origin = await serving((_request, response) => {
    response.on('error', () => undefined);
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  });
  expect((await post(origin, { maxAnswerBytes: 100_000 })).code).toBe('answer_too_large');
});

test('an origin that hangs does not hold up another', async () => {
  const hanging = await serving(() => undefined);
  const quick = await serving((_request, response) => void response.end('{}'));
  const http = client({ trustedOrigins: [hanging, quick], timeoutMs: 5_000, connections: 64 });
  const stuck = Array.from({ length: 200 }, () => failureOf(http.request({ method: 'GET', url: hanging })));
  const answer = await http.request({ method: 'GET', url: quick, timeoutMs: 1_000 });
  expect(answer.status).toBe(200);
  await http.close();
  const codes = new Set((await Promise.all(stuck)).map((error) => error.name));
  expect(codes).toEqual(new Set(['OutcomeUnknownError', 'NotAskedError']));
});

test('no error repeats a secret of the address, the request or the answer', async () => {
  const origin = await speaking((socket) => socket.once('data', (data) => socket.end(`nonsense ${data.toString()}`)));
  const refused = await post('http://127.0.0.1:1');
  const odd = await post(origin);
  expect(inspect([refused, odd], { depth: 9, showHidden: true })).not.toContain('AAForSamples');
});

test.each([
  ['8.8.8.8', true],
  ['149.154.167.220', true],
  ['2a00:1450:4001::1', true],
  ['0.0.0.0', false],
  ['100.64.0.1', false],
  ['172.31.255.255', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['::', false],
  ['fe80::1', false],
  ['fe80::1%eth0', false],
  ['fd00::1', false],
  ['ff02::1', false],
  ['::ffff:8.8.8.8', false],
  ['64:ff9b::7f00:1', false],
  ['2002:7f00:1::', false],
  ['2001:db8::1', false],
  ['no address', false],
])('%s is public: %s', (address, open) => {
  expect(isPublicAddress(address)).toBe(open);
});
