import { openTestDatabase, type TestDatabase } from '#database';
import type { Api } from './support/api.js';
import { ADMIN, ServerInside } from './support/server.js';

/** Real: the built server, PostgreSQL, sockets. */
let database: TestDatabase;
let server: ServerInside;
let admin: Api;

interface Entry {
  readonly action: string;
  readonly actor: { readonly kind: string; readonly id: string | null; readonly name: string | null };
  readonly subject: { readonly kind: string; readonly id: string | null };
  readonly requestId: string | null;
  readonly before: object | null;
  readonly after: object | null;
}

beforeAll(async () => {
  database = await openTestDatabase();
  server = await ServerInside.start({ databaseUrl: database.url });
  admin = await server.api.signIn(ADMIN.email, ADMIN.password);
}, 60_000);
afterAll(async () => {
  await server?.dispose();
  await database?.close();
});

const entriesOf = async (query: string) => (await admin.read<{ data: Entry[] }>(`/v1/audit?${query}`)).data;
const PASSWORD = 'a long enough password';

it('tells the story of a user, without any password', async () => {
  const user = { email: 'ada@example.com', name: 'Ada', role: 'agent', password: PASSWORD };
  const request = { 'x-request-id': 'the-request-that-made-ada' };
  const { id } = await admin.created<{ id: string }>('/v1/users', user, request);
  await server.api.signIn(user.email, user.password);
  await server.api.post('/v1/auth/sessions', { email: user.email, password: `${PASSWORD} no more` });
  await admin.changed(`/v1/users/${id}`, { role: 'supervisor' });
  await admin.changed(`/v1/users/${id}`, { role: 'supervisor' });
  await admin.put(`/v1/users/${id}/password`, { password: `${PASSWORD} of today` });
  await admin.created(`/v1/users/${id}/deactivate`);
  const me = await admin.read<{ id: string; name: string }>('/v1/me');
  const byAdmin = { kind: 'user', id: me.id, name: me.name };
  const entries = await entriesOf(`subjectId=${id}`);
  expect(entries).toMatchObject([
    { action: 'user.deactivated', actor: byAdmin, before: { active: true }, after: { active: false } },
    { action: 'user.password_changed', actor: byAdmin, before: null, after: null },
    { action: 'user.updated', actor: byAdmin, before: { role: 'agent' }, after: { role: 'supervisor' } },
    { action: 'session.refused', actor: { kind: 'user', id: null } },
    { action: 'session.opened', actor: { kind: 'user', id, name: 'Ada' } },
    { action: 'user.created', actor: byAdmin, requestId: request['x-request-id'], after: { email: user.email } },
  ]);
  expect(JSON.stringify(await entriesOf('limit=100'))).not.toContain(PASSWORD);
});

it('keeps an API key’s birth and end, and never its secret', async () => {
  const { id, secret } = await admin.created<{ id: string; secret: string }>('/v1/api-keys', {
    name: 'CRM',
    role: 'admin',
  });
  expect((await admin.as(secret).get('/v1/audit?limit=1')).status).toBe(200);
  await admin.call('DELETE', `/v1/api-keys/${id}`);
  await admin.call('DELETE', `/v1/api-keys/${id}`);
  const entries = await entriesOf(`subjectId=${id}`);
  expect(entries.map(({ action }) => action)).toEqual(['api_key.revoked', 'api_key.created']);
  expect(JSON.stringify(entries)).not.toContain(secret);
});

it('begins with the first admin, made by nobody', async () => {
  const entries = await entriesOf('action=user.created&limit=100');
  expect(entries.at(-1)).toMatchObject({ actor: { kind: 'system', id: null }, after: { email: ADMIN.email } });
});

it('tells the story of a queue and of who belongs to it', async () => {
  const { id } = await admin.created<{ id: string }>('/v1/queues', { name: 'Support' });
  const user = { email: 'bob@example.com', name: 'Bob', role: 'agent', password: PASSWORD };
  const { id: userId } = await admin.created<{ id: string }>('/v1/users', user);
  await admin.put(`/v1/queues/${id}/agents/${userId}`);
  await admin.put(`/v1/queues/${id}/agents/${userId}`);
  await admin.changed(`/v1/queues/${id}`, { agentLimit: 9 });
  await admin.changed(`/v1/queues/${id}`, { agentLimit: 9 });
  await admin.call('DELETE', `/v1/queues/${id}/agents/${userId}`);
  await admin.call('DELETE', `/v1/queues/${id}`);
  expect(await entriesOf(`subjectId=${id}`)).toMatchObject([
    { action: 'queue.deleted' },
    { action: 'queue.agent_removed', before: { userId }, after: null },
    { action: 'queue.updated', before: { agentLimit: 5 }, after: { agentLimit: 9 } },
    { action: 'queue.agent_added', before: null, after: { userId } },
    { action: 'queue.created', after: { name: 'Support' } },
  ]);
});

it('tells the stories of tags, quick replies and states, but not of what is somebody’s own', async () => {
  const tag = await admin.created<{ id: string }>('/v1/tags', { name: 'VIP', color: '#ff0000' });
  await admin.changed(`/v1/tags/${tag.id}`, { name: 'VIP' });
  await admin.changed(`/v1/tags/${tag.id}`, { color: '#00ff00' });
  await admin.call('DELETE', `/v1/tags/${tag.id}`);
  expect(await entriesOf(`subjectId=${tag.id}`)).toMatchObject([
    { action: 'tag.deleted', before: { name: 'VIP' }, after: null },
    { action: 'tag.updated', before: { color: '#ff0000' }, after: { color: '#00ff00' } },
    { action: 'tag.created', after: { name: 'VIP' } },
  ]);
  const texts = [{ language: 'en', text: 'Hello' }];
  for (const shared of [true, false]) {
    const reply = await admin.created<{ id: string }>('/v1/quick-replies', { shortcut: 'hi', shared, texts });
    await admin.changed(`/v1/quick-replies/${reply.id}`, { shortcut: 'hello' });
    await admin.call('DELETE', `/v1/quick-replies/${reply.id}`);
    const actions = (await entriesOf(`subjectId=${reply.id}`)).map(({ action }) => action);
    expect(actions).toEqual(shared ? ['quick_reply.deleted', 'quick_reply.updated', 'quick_reply.created'] : []);
  }
  await admin.created('/v1/agent-states', { key: 'lunch', name: 'Lunch', available: false });
  await admin.changed('/v1/agent-states/lunch', { name: 'At lunch' });
  await admin.call('DELETE', '/v1/agent-states/lunch');
  expect(await entriesOf('action=agent_state.')).toMatchObject([
    { action: 'agent_state.deleted', before: { lunch: { name: 'At lunch' } } },
    { action: 'agent_state.updated', before: { lunch: { name: 'Lunch' } }, after: { lunch: { name: 'At lunch' } } },
    { action: 'agent_state.created', after: { lunch: { available: false } } },
  ]);
});

it('tells the story of a webhook endpoint, and never its secrets', async () => {
  const path = '/v1/webhook-endpoints';
  const { id, secret } = await admin.created<{ id: string; secret: string }>(path, { url: 'https://hooks.invalid/x' });
  await admin.changed(`${path}/${id}`, { description: 'CRM', active: false });
  const rotated = await admin.created<{ secret: string }>(`${path}/${id}/secret`);
  const range = { from: new Date(0).toISOString(), until: new Date().toISOString() };
  expect((await admin.post(`${path}/${id}/replay`, range)).status).toBe(202);
  await admin.call('DELETE', `${path}/${id}`);
  const entries = await entriesOf(`subjectId=${id}`);
  expect(entries).toMatchObject([
    { action: 'webhook_endpoint.deleted', before: { description: 'CRM' }, after: null },
    { action: 'webhook_endpoint.replayed', after: range },
    { action: 'webhook_endpoint.secret_rotated', before: null, after: null },
    { action: 'webhook_endpoint.updated', before: { active: true }, after: { description: 'CRM', active: false } },
    { action: 'webhook_endpoint.created', after: { url: 'https://hooks.invalid/x' } },
  ]);
  for (const one of [secret, rotated.secret]) expect(JSON.stringify(entries)).not.toContain(one);
});

it.each(['action=everything', 'from=yesterday', 'actorId=ada', 'cursor=x', 'limit=1000'])(
  'refuses ?%s with a clear problem',
  async (query) => {
    const { status, body } = await admin.get<{ code: string }>(`/v1/audit?${query}`);
    expect([400, 422]).toContain(status);
    expect(body.code).toMatch(/invalid/);
  },
);
