import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { openTestDatabase, type TestDatabase } from '#database';
import { FirstAdmin } from '#identity';
import { createApplication, stopApplication } from './application.js';
import { loadConfig } from './config.js';
import { noteRoutes, undocumented, type Route } from './openapi/routes.js';

const KEY = randomBytes(32).toString('base64');
const ADMIN = { email: 'admin@example.com', password: 'correct horse battery' };

/** All rooms on a socket and a real database. Off: background work. */
let house: TestDatabase;
let app: NestFastifyApplication;
let url: string;
let token: string;
let routes: Route[];
let log: string;
let slowIsRunning: Promise<void>;

beforeAll(async () => {
  house = await openTestDatabase();
  log = '';
  app = await anApp();
  const server = app.getHttpAdapter().getInstance();
  routes = noteRoutes(server);
  slowIsRunning = new Promise((running) => {
    server.get('/test/slow', async () => {
      running();
      await after(300);
      return 'done';
    });
  });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  await app.get(FirstAdmin).ensure(ADMIN);
  token = ((await call('POST', '/v1/auth/sessions', ADMIN)).body as { accessToken: string }).accessToken;
});
afterAll(async () => {
  await app.close();
  await house.close();
});

function anApp(requestMs?: number, env: Record<string, string> = {}): Promise<NestFastifyApplication> {
  const { config } = loadConfig({ NODE_ROLE: 'web', PARLEY_LOG_LEVEL: 'debug', ...env });
  const options = { config, databaseUrl: house.url, keys: [KEY], publicUrl: 'http://x' };
  const lines = { write: (line: string) => void (log += line) };
  return createApplication(options, pino({ level: 'debug' }, lines), requestMs);
}

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const isReady = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    body: body === undefined ? undefined : isReady ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return {
    status: response.status,
    headers: response.headers,
    type,
    body: type.includes('json') && text ? (JSON.parse(text) as unknown) : text,
  };
}

interface Paths {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly examples?: Examples }>> };
}

type Examples = Readonly<Record<string, { readonly value: unknown }>>;

interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly schema: object;
}

const USER = { email: 'ada@example.com', name: 'Ada', role: 'agent', password: 'correct horse battery' };

it.each<[string, unknown, Record<string, string>, number, string]>([
  ['broken JSON', '{', {}, 400, 'malformed_request'],
  ['another encoding', Buffer.from(JSON.stringify({ ...USER, name: 'Zoë' }), 'latin1'), {}, 400, 'malformed_request'],
  ['a poisoned prototype', '{"__proto__":{"admin":true}}', {}, 400, 'malformed_request'],
  ['another media type', '<a/>', { 'content-type': 'text/xml' }, 415, 'unsupported_media_type'],
  ['a huge body', 'x'.repeat(1_100_000), {}, 413, 'body_too_large'],
  ['a form', 'name=Ada', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported_media_type'],
  ['an upload', '--x--\r\n', { 'content-type': 'multipart/form-data; boundary=x' }, 415, 'unsupported_media_type'],
  ['plain text', '{"name":"Ada"}', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
  ['deep nesting', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, {}, 400, 'too_deep'],
  ['many members', Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [n, 0])), {}, 400, 'too_many_values'],
  ['a list', [USER], {}, 422, 'invalid'],
  ['a bare text', '"x"', {}, 422, 'invalid'],
  ['null', 'null', {}, 422, 'invalid'],
  ['an empty list', '[]', {}, 422, 'invalid'],
  ['no body', undefined, {}, 422, 'invalid'],
  ['an empty body', '', {}, 422, 'invalid'],
  ['an unknown property', { ...USER, admin: true }, {}, 422, 'invalid'],
  ['null for a text', { ...USER, name: null }, {}, 422, 'invalid'],
  ['an object for a text', { ...USER, name: { $gt: '' } }, {}, 422, 'invalid'],
  ['a list for a text', { ...USER, email: ['a@b.c'] }, {}, 422, 'invalid'],
  ['NUL in a text', { ...USER, name: 'a\0' }, {}, 422, 'invalid'],
  ['half a character', '{"name":"\\ud800"}', {}, 422, 'invalid'],
  ['a bad idempotency key', USER, { 'idempotency-key': 'a b' }, 400, 'invalid_idempotency_key'],
])('answers %s with a problem document', async (_, body, headers, status, code) => {
  const answer = await call('POST', '/v1/users', body, headers);
  expect(answer.status).toBe(status);
  expect(answer.type).toContain('application/problem+json');
  const requestId = answer.headers.get('x-request-id');
  expect(answer.body).toMatchObject({ type: `urn:parley:problem:${code}`, status, code, requestId });
});

it.each([
  '/nothing',
  '/v1/users/not-a-uuid',
  '/v1/users/019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa',
  '//v1/users',
  '/v1/users/',
  '/v1%2Fusers',
  '/v1/users/..%2Fusers',
  '/webhooks/telegram/unknown-key',
])('answers 404 as a problem document for %s', async (path) => {
  expect(await call('GET', path)).toMatchObject({ status: 404, body: { code: 'not_found' } });
});

it.each([
  ['malformed', '/v1/users/%zz', 400, 'malformed_request'],
  ['no UTF-8', '/v1/users/%ff', 400, 'malformed_request'],
  ['too long', `/v1/users/${'a'.repeat(400)}`, 414, 'address_too_long'],
])('answers an address that is %s as a problem document, with the id of the request', async (_, path, status, code) => {
  const answer = await call('GET', path, undefined, { 'x-request-id': 'mine-1' });
  expect(answer).toMatchObject({ status, body: { code, requestId: 'mine-1' } });
  expect(answer.headers.get('x-request-id')).toBe('mine-1');
});

it('refuses an address with more parameters than any has', async () => {
  const query = Array.from({ length: 101 }, (_, n) => `p${n}=`).join('&');
  expect(await call('GET', `/v1/users?${query}`)).toMatchObject({ status: 400, body: { code: 'too_many_parameters' } });
});

it.each(['limit=0', 'limit=101', 'limit=x', 'limit=1&limit=2', 'other=1'])(
  'points at a bad query: %s',
  async (query) => {
    const answer = await call('GET', `/v1/users?${query}`);
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid' } });
    expect(JSON.stringify(answer.body)).toMatch(/"pointer":"\?(limit|other)"/);
  },
);

it('says one thing about each property, the most basic one', async () => {
  const { body } = await call('POST', '/v1/users', { email: 'ada@example.com', role: 'agent', name: 7 });
  expect((body as { errors: object[] }).errors).toEqual([
    { pointer: '#/name', detail: 'name must be a string' },
    { pointer: '#/password', detail: 'password is missing' },
  ]);
});

it.each(['toString', 'hasOwnProperty', 'valueOf', 'surprise'])('takes no unknown property %s', async (name) => {
  const user = { email: 'babbage@example.com', role: 'agent', name: 'Babbage', password: 'a long enough password' };
  const { status, body } = await call('POST', '/v1/users', { ...user, [name]: 1 });
  const errors = [{ pointer: `#/${name}`, detail: `property ${name} should not exist` }];
  expect({ status, body }).toMatchObject({ status: 422, body: { errors } });
});

it('says that a parameter was given twice', async () => {
  const { body } = await call('GET', '/v1/users?limit=1&limit=2');
  expect(body).toMatchObject({ errors: [{ pointer: '?limit', detail: 'limit must be given once' }] });
});

it('names the cursor that is none of the list', async () => {
  const { body } = await call('GET', '/v1/users?cursor=nonsense');
  expect(body).toMatchObject({ code: 'invalid_cursor', errors: [{ pointer: '?cursor' }] });
});

it.each([
  ['{"name":', 'The body is not valid JSON.'],
  ['{"__proto__":{"role":"admin"}}', expect.stringContaining('__proto__') as string],
])('says why %s cannot be read', async (text, detail) => {
  expect(await call('POST', '/v1/users', text)).toMatchObject({ status: 400, body: { detail } });
});

it.each([
  ['/v1/quick-replies', { shared: true, shortcut: 'hello', texts: [[]], queueIds: [] }, '#/texts/0'],
  [
    '/v1/chats/019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa/messages',
    { text: 'x', choices: [{ title: 'a' }, [[]]] },
    '#/choices/1',
  ],
])('refuses a list in a list: %s', async (path, wish, pointer) => {
  const { status, body } = await call('POST', path, wish);
  expect(status).toBe(422);
  expect((body as { errors: object[] }).errors).toEqual([{ pointer, detail: 'must not be a list' }]);
});

it('lets in who typed a blank after their e-mail, or capitals in it', async () => {
  const { status } = await call('POST', '/v1/auth/sessions', { ...ADMIN, email: ` ${ADMIN.email.toUpperCase()} ` });
  expect(status).toBe(201);
});

it('takes an empty body for none, and a type that is JSON by its suffix', async () => {
  const { body } = await call('POST', '/v1/auth/sessions', ADMIN, { 'content-type': 'application/vnd.ours+json; v=1' });
  const { accessToken } = body as { accessToken: string };
  const out = await call('DELETE', '/v1/auth/sessions', '', { authorization: `Bearer ${accessToken}` });
  expect(out.status).toBe(204);
});

it.each([
  ['DELETE', '/v1/users', 'GET, HEAD, POST'],
  ['POST', '/v1/users/019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa?x=1', 'GET, HEAD, PATCH'],
  ['OPTIONS', '/health/live', 'GET, HEAD'],
])('answers 405 with what is allowed to %s %s', async (method, path, allowed) => {
  const answer = await call(method, path);
  expect(answer).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
  expect(answer.headers.get('allow')).toBe(allowed);
});

it('answers a webhook call it refuses with a whole problem document', async () => {
  const key = 'kX3v9bQ2mT7cR1wZ';
  const asked = await call('POST', `/webhooks/telegram/${key}`, {}, { 'x-request-id': 'ours-1' });
  expect(asked).toMatchObject({ status: 404, body: { code: 'not_found', requestId: 'ours-1' } });
  expect(asked.headers.get('x-request-id')).toBe('ours-1');
  const { headers, body } = await call('POST', `/webhooks/telegram/${key}`, {}, { 'x-request-id': 'not sane' });
  expect(headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  expect(body).toMatchObject({ requestId: headers.get('x-request-id') });
});

it('answers 404, not 405, to a webhook nobody has', async () => {
  expect(await call('POST', '/webhooks/telegram/short', {})).toMatchObject({ status: 404 });
});

it('leads from its address to its page', async () => {
  const answer = await fetch(url, { redirect: 'manual' });
  expect([answer.status, answer.headers.get('location')]).toEqual([302, '/docs']);
});

it('shows examples of a transfer that are not refused', async () => {
  const { paths } = JSON.parse(await readFile('docs/api/openapi.json', 'utf8')) as Paths;
  const { requestBody } = paths['/v1/chats/{chatId}/transfer']!.post!;
  const examples = Object.values(requestBody?.content['application/json']?.examples ?? {});
  expect(examples).toHaveLength(2);
  for (const { value } of examples) {
    const answer = await call('POST', '/v1/chats/019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa/transfer', value);
    expect(answer).toMatchObject({ status: 404, body: { detail: 'There is no such chat.' } });
  }
});

it('goes through a list page by page', async () => {
  for (const name of ['b', 'c', 'd']) await call('POST', '/v1/users', { ...USER, name, email: `${name}@example.com` });
  const names: string[] = [];
  for (let cursor = ''; ;) {
    const { body } = await call('GET', `/v1/users?limit=2${cursor}`);
    const { data, page } = body as { data: { name: string }[]; page: { next: string | null } };
    names.push(...data.map(({ name }) => name));
    if (page.next === null) break;
    cursor = `&cursor=${page.next}`;
  }
  expect(names).toEqual(['Admin', 'b', 'c', 'd']);
});

it('takes a sane request id and replaces another', async () => {
  const sane = await call('GET', '/v1/version', undefined, { 'x-request-id': 'abc-1.2' });
  expect(sane.headers.get('x-request-id')).toBe('abc-1.2');
  const other = await call('GET', '/v1/version', undefined, { 'x-request-id': 'a b'.repeat(100) });
  expect(other.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});

it('closes every route that is not public, HEAD as well', async () => {
  const open = routes.filter(({ path }) => !path.startsWith('/webhooks/') && !path.startsWith('/test/'));
  const answers = await Promise.all(
    open.map(async ({ method, path }) => {
      const { status } = await call(
        method,
        path.replace(/\{\w+\}/g, '019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa'),
        undefined,
        {
          authorization: 'Bearer nobody',
        },
      );
      return { route: `${method} ${path}`, status };
    }),
  );
  expect(
    answers
      .filter(({ status }) => status !== 401)
      .map(({ route }) => route)
      .sort(),
  ).toEqual([
    'GET /health/live',
    'GET /health/ready',
    'GET /metrics',
    'GET /v1/channels/{messenger}/callback',
    'GET /v1/version',
    'POST /v1/auth/sessions',
    'POST /v1/auth/sessions/refresh',
  ]);
  expect(await call('HEAD', '/v1/users', undefined, { authorization: '' })).toMatchObject({ status: 401 });
});

it('shows an API key once, lets it in, and closes it when revoked', async () => {
  const headers = { 'idempotency-key': 'key-1' };
  const made = await call('POST', '/v1/api-keys', { name: 'Form', role: 'agent' }, headers);
  const { id, secret } = made.body as { id: string; secret: string };
  const replay = await call('POST', '/v1/api-keys', { name: 'Form', role: 'agent' }, headers);
  expect(replay).toMatchObject({ status: 409, body: { code: 'already_done' } });
  const asKey = { authorization: `Bearer ${secret}` };
  expect((await call('GET', '/v1/me', undefined, asKey)).body).toMatchObject({
    kind: 'key',
    id,
    role: 'agent',
    email: null,
  });
  expect((await call('GET', '/v1/users', undefined, asKey)).status).toBe(403);
  expect(JSON.stringify((await call('GET', '/v1/api-keys')).body)).not.toContain(secret);
  expect((await call('DELETE', `/v1/api-keys/${id}`)).status).toBe(204);
  expect((await call('GET', '/v1/me', undefined, asKey)).status).toBe(401);
});

it('documents every route, and nothing that does not exist', async () => {
  const file = await readFile('docs/api/openapi.json', 'utf8');
  const { paths } = JSON.parse(file) as { paths: Record<string, object> };
  const real = routes.filter(({ path }) => !path.startsWith('/test/'));
  expect(undocumented(real, paths)).toEqual([]);
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const unreal = documented.filter((route) => !real.some(({ method, path }) => `${method} ${path}` === route));
  // The one address that is served before the framework.
  expect(unreal).toEqual(['POST /webhooks/{messenger}/{key}']);
});

it('asks for nothing that has a default', async () => {
  const { paths } = JSON.parse(await readFile('docs/api/openapi.json', 'utf8')) as Paths;
  const asked = Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).flatMap(({ parameters = [] }) =>
      parameters.filter(({ required, schema }) => required && 'default' in schema).map(({ name }) => `${path} ${name}`),
    ),
  );
  expect(asked).toEqual([]);
});

it('serves the page and the document with nothing from elsewhere', async () => {
  const page = await call('GET', '/docs');
  expect(page.status).toBe(200);
  expect(page.body).not.toMatch(/(src|href)="https?:/);
  expect((await call('GET', '/docs/swagger-ui-bundle.js')).status).toBe(200);
  expect((await call('GET', '/openapi.json')).body).toMatchObject({ openapi: '3.1.0' });
  expect((await call('GET', '/openapi.yaml')).body).toContain('openapi: 3.1.0');
});

it('has metrics and answers health', async () => {
  expect((await call('GET', '/metrics')).body).toContain('process_cpu_seconds_total');
  expect((await call('GET', '/health/ready')).body).toEqual({ status: 'ok' });
});

it('logs requests without bodies, tokens, secrets and webhook keys', async () => {
  await call('POST', '/webhooks/telegram/canary-key?token=canary-query', { text: 'canary-body' });
  await call('GET', '/unknown/canary-path?x=canary-query');
  await call('GET', '/v1/me');
  expect(log).toContain('"route":"/v1/me"');
  expect(log).not.toMatch(/canary|correct horse|Bearer/);
  expect(log).not.toContain(token);
});

it('gives up a request that takes too long to come in, head or body, and no other on time', async () => {
  const other = await anApp(1_000);
  await other.listen(0, '127.0.0.1');
  const port = Number(new URL(await other.getUrl()).port);
  const head = 'POST /v1/auth/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  const answers = [head, `${head}Content-Length: 100\r\n\r\n{"email":`, `${head}Content-Length: 2\r\n\r\n{}`].map(
    async (begun) => {
      const socket = connect(port, '127.0.0.1');
      let answer = '';
      socket.setEncoding('utf8').on('data', (part: string) => (answer += part));
      socket.write(begun);
      await once(socket, 'close');
      return answer;
    },
  );
  const [inHead, inBody] = await Promise.all(answers.slice(0, 2));
  for (const answer of [inHead, inBody]) {
    expect(answer).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
    expect(answer).toContain('"code":"timeout"');
  }
  await stopApplication(other, 200);
  expect(await answers[2]).toMatch(/^HTTP\/1.1 422 Unprocessable Entity\r\n/);
});

it('answers what cannot be read as a request with a problem, too', async () => {
  const port = Number(new URL(url).port);
  const answerTo = async (bytes: string) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (part: string) => (answer += part));
    socket.write(bytes);
    await once(socket, 'close');
    const [head, body] = answer.split('\r\n\r\n') as [string, string];
    expect(head).toContain('Content-Type: application/problem+json');
    const problem = JSON.parse(body) as { requestId: string };
    expect(head).toContain(`X-Request-Id: ${problem.requestId}`);
    return problem;
  };
  expect(await answerTo('no HTTP at all\r\n\r\n')).toMatchObject({ status: 400, code: 'malformed_request' });
  const large = `GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`;
  expect(await answerTo(large)).toMatchObject({ status: 431, code: 'headers_too_large' });
});

it('lets a frontend of a configured origin use every method of the API', async () => {
  const origin = 'https://desk.example.com';
  const other = await anApp(undefined, { PARLEY_CORS_ORIGINS: origin });
  await other.listen(0, '127.0.0.1');
  const preflight = async (method: string) => {
    const headers = { origin, 'access-control-request-method': method };
    return (await fetch(`${await other.getUrl()}/v1/me/state`, { method: 'OPTIONS', headers })).headers;
  };
  const methods = [...new Set(routes.map(({ method }) => method))];
  expect(methods).toEqual(expect.arrayContaining(['PUT', 'PATCH', 'DELETE']));
  for (const method of methods) {
    const headers = await preflight(method);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-allow-methods')?.split(/, */)).toContain(method);
    expect(headers.get('access-control-max-age')).toBe('7200');
  }
  const plain = await fetch(`${await other.getUrl()}/v1/me/state`, { method: 'OPTIONS' });
  expect([plain.status, plain.headers.get('content-type')]).toEqual([204, null]);
  await other.close();
});

it('waits for no silent connection when it stops', async () => {
  const other = await anApp();
  await other.listen(0, '127.0.0.1');
  const silent = connect(Number(new URL(await other.getUrl()).port), '127.0.0.1');
  await once(silent, 'connect');
  const began = performance.now();
  await Promise.all([stopApplication(other, 200), once(silent, 'close')]);
  expect(performance.now() - began).toBeLessThan(10_000);
});

it('lets a request in flight finish when it stops, and keeps no connection for later', async () => {
  const answer = call('GET', '/test/slow');
  await slowIsRunning;
  const began = performance.now();
  await stopApplication(app, 25_000);
  expect(await answer).toMatchObject({ status: 200, body: 'done' });
  expect(performance.now() - began).toBeLessThan(10_000);
  await expect(fetch(`${url}/v1/version`)).rejects.toThrow();
});
