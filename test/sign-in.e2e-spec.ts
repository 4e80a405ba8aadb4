import { randomBytes } from 'node:crypto';
import { openTestDatabase, type TestDatabase } from '#database';
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
