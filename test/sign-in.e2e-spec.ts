import { randomBytes } from 'node:crypto';
import { openTestDatabase, type TestDatabase } from '#database';
import type { Api } from './support/api.js';
import { ADMIN, ServerInside } from './support/server.js';

const env = { PARLEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64') };
let database: TestDatabase;
let server: ServerInside;

beforeAll(async () => {
  database = await openTestDatabase();
  server = await ServerInside.start({ databaseUrl: database.url, env });
});
afterAll(async () => {
  await server.dispose();
  await database.close();
});

it('slows down guessing without locking anybody else out', async () => {
  const guess = { email: 'victim@example.com', password: 'wrong' };
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 12; attempt++) {
    statuses.push((await server.api.post('/v1/auth/sessions', guess)).status);
  }
  expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
  const { headers, body } = await server.api.post('/v1/auth/sessions', { ...guess, email: 'VICTIM@example.com' });
  expect(body).toMatchObject({ code: 'too_many_attempts' });
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  const other = await server.api.post('/v1/auth/sessions', ADMIN);
  expect(other.status).toBe(201);
  expect(other.headers.get('ratelimit-limit')).toBe('10');
});

it('takes all addresses of one IPv6 network for one, and believes no forwarded one unless told to', async () => {
  const proxied = await ServerInside.start({
    databaseUrl: database.url,
    env: { ...env, PARLEY_TRUST_PROXY: '127.0.0.1' },
  });
  try {
    const statusesOf = async (api: Api, email: string, addressOf: (attempt: number) => string) => {
      const attempts = Array.from({ length: 11 }, (_, attempt) => ({ 'x-forwarded-for': addressOf(attempt) }));
      const statuses: number[] = [];
      for (const headers of attempts)
        statuses.push((await api.post('/v1/auth/sessions', { email, password: 'wrong' }, headers)).status);
      return statuses;
    };
    const slowed = [...Array<number>(10).fill(401), 429];
    expect(await statusesOf(proxied.api, 'a@example.com', (n) => `2001:db8:1:2:${n}::${n}`)).toEqual(slowed);
    expect(await statusesOf(proxied.api, 'b@example.com', (n) => `203.0.113.${n}`)).toEqual(Array(11).fill(401));
    expect(await statusesOf(server.api, 'b@example.com', (n) => `203.0.113.${n}`)).toEqual(slowed);
  } finally {
    await proxied.dispose();
  }
});

it('ends a deactivated user’s sessions on another node within five seconds', async () => {
  const other = await ServerInside.start({ databaseUrl: database.url, env });
  try {
    const admin = await server.api.signIn(ADMIN.email, ADMIN.password);
    const password = 'a long enough password';
    const user = { email: 'leaver@example.com', name: 'Leaver', role: 'agent', password };
    const { id } = await admin.created<{ id: string }>('/v1/users', user);
    const leaver = await other.api.signIn(user.email, password);
    expect((await leaver.get('/v1/me')).status).toBe(200);
    expect((await admin.post(`/v1/users/${id}/deactivate`)).status).toBe(200);
    const began = performance.now();
    while ((await leaver.get('/v1/me')).status === 200) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(performance.now() - began).toBeLessThan(5_000);
    expect((await server.api.post('/v1/auth/sessions', { email: user.email, password })).status).toBe(401);
  } finally {
    await other.dispose();
  }
});

it('whoever signed out on one node is not made active again by another that still knows the session', async () => {
  const other = await ServerInside.start({ databaseUrl: database.url, env });
  try {
    const admin = await server.api.signIn(ADMIN.email, ADMIN.password);
    const user = { email: 'homeward@example.com', name: 'Homeward', role: 'agent', password: 'a long enough password' };
    const { id } = await admin.created<{ id: string }>('/v1/users', user);
    const { email, password } = user;
    const { accessToken } = await server.api.created<{ accessToken: string }>('/v1/auth/sessions', { email, password });
    const [here, there] = [server.api.as(accessToken), other.api.as(accessToken)];
    expect((await there.put('/v1/me/state', { state: 'active' })).status).toBe(200);
    expect((await here.call('DELETE', '/v1/auth/sessions')).status).toBe(204);
    expect((await there.put('/v1/me/state', { state: 'active' })).status).toBe(401);
    const { data } = await admin.read<{ data: { userId: string; state: string }[] }>('/v1/agents?limit=100');
    expect(data.find(({ userId }) => userId === id)).toMatchObject({ state: 'inactive' });
  } finally {
    await other.dispose();
  }
});

it('never prints a token or a password', () => {
  expect(server.output).not.toMatch(/eyJ|correct horse|a long enough password/);
});

it('warns of nothing by itself', () => {
  expect(server.output.split('\n').filter((line) => /"level":[456]0/.test(line))).toEqual([]);
});

/** The last one: for a minute nobody can sign in from here. */
it('says when to come back to an address that tries too many accounts', async () => {
  const guess = (account: number) => server.api.post('/v1/auth/sessions', { email: `user${account}@example.com` });
  let answer = await guess(0);
  for (let account = 1; answer.status !== 429 && account < 400; account++) answer = await guess(account);
  expect(answer.body).toMatchObject({ code: 'too_many_attempts' });
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
});
