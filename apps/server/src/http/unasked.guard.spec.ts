import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { openTestDatabase, type TestDatabase } from '#database';
import { FirstAdmin } from '#identity';
import { createApplication } from '../application.js';
import { loadConfig } from '../config.js';

const ADMIN = { email: 'admin@example.com', password: 'correct horse battery' };
const ID = '019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa';

/** All rooms on a socket and a real database. Off: background work. */
let house: TestDatabase;
let app: NestFastifyApplication;
let url: string;
let token = '';

beforeAll(async () => {
  house = await openTestDatabase();
  const { config } = loadConfig({ NODE_ROLE: 'web' });
  const keys = [randomBytes(32).toString('base64')];
  const options = { config, databaseUrl: house.url, keys, publicUrl: 'http://x' };
  app = await createApplication(options, pino({ level: 'silent' }));
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  await app.get(FirstAdmin).ensure(ADMIN);
  token = ((await call('POST', '/v1/auth/sessions', ADMIN)).body as { accessToken: string }).accessToken;
});
afterAll(async () => {
  await app.close();
  await house.close();
});

async function call(method: string, path: string, body?: object) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await response.text();
  return { status: response.status, body: /^\{/.test(text) ? (JSON.parse(text) as unknown) : text };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
interface Operation {
  readonly operationId: string;
  readonly requestBody?: object;
}

/** It reads whatever a messenger's dialog sends the browser back with. */
const READS_ITSELF = 'returnFromSignIn';

async function operations() {
  const { paths } = (await call('GET', '/openapi.json')).body as Document;
  return Object.entries(paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId, requestBody }]) => ({
        name: operationId,
        method: method.toUpperCase(),
        path: path.replace(/\{\w+\}/g, ID),
        takesBody: requestBody !== undefined,
      })),
    )
    .filter(({ name }) => name !== READS_ITSELF);
}

const refusedAt = (pointer: string) => ({
  status: 422,
  body: { code: 'invalid', errors: expect.arrayContaining([expect.objectContaining({ pointer })]) as unknown },
});

it('no operation ignores a query parameter that it does not take', async () => {
  const all = await operations();
  expect(all.length).toBeGreaterThan(100);
  for (const { method, path, name } of all) {
    const answer = await call(method, `${path}?surplus=1`);
    expect([name, answer]).toEqual([name, expect.objectContaining({ status: 422 })]);
    expect(answer).toMatchObject(refusedAt('?surplus'));
  }
});

it('no operation without a body ignores one', async () => {
  const all = (await operations()).filter(({ method, takesBody }) => method !== 'GET' && !takesBody);
  expect(all.length).toBeGreaterThan(30);
  for (const { method, path, name } of all) {
    const answer = await call(method, path, { surplus: 1 });
    expect([name, answer]).toEqual([name, expect.objectContaining({ status: 422 })]);
    expect(answer).toMatchObject(refusedAt('#/surplus'));
  }
});

it('says what is wrong with each of them', async () => {
  expect(await call('POST', `/v1/channels/${ID}/check`, { repair: true, 'take/over': true })).toMatchObject({
    body: {
      errors: [
        {
          pointer: '#/repair',
          detail: 'repair is not taken here: this operation takes no body, only query parameters',
        },
        {
          pointer: '#/take~1over',
          detail: 'take/over is not taken here: this operation takes no body, only query parameters',
        },
      ],
    },
  });
  expect(await call('POST', `/v1/chats/${ID}/accept?x=1`, { y: 1 })).toMatchObject({
    body: {
      errors: [
        { pointer: '#/y', detail: 'y is not taken here: this operation takes no body' },
        { pointer: '?x', detail: 'x is not taken here: this operation takes no query parameters' },
      ],
    },
  });
  expect(await call('POST', '/v1/queues?name=Shop', {})).toMatchObject({
    body: { errors: [{ pointer: '?name', detail: expect.stringMatching(/only a body$/) as unknown }] },
  });
});

it('an empty body is none, and who is not let in hears so first', async () => {
  expect(await call('POST', `/v1/chats/${ID}/accept`, {})).toMatchObject({ status: 404 });
  const nobody = await fetch(`${url}/v1/chats/${ID}/accept?x=1`, { method: 'POST' });
  expect(nobody.status).toBe(401);
});

it.each(['/health/live', '/health/ready', '/metrics', '/docs', '/openapi.json'])(
  '%s is for watchers and browsers, who add what they like',
  async (path) => expect(await call('GET', `${path}?t=1`)).toMatchObject({ status: 200 }),
);
