import type { Api } from './support/api.js';
import { openHouse, type House } from './support/house.js';

/** Real: the built server, PostgreSQL, sockets, signed-in people. */
let house: House;

beforeAll(async () => {
  house = await openHouse({ agents: 3 });
}, 120_000);
afterAll(() => house?.close());

interface AgentView {
  readonly userId: string;
  readonly state: string;
  readonly available: boolean;
  readonly chatLimit: number;
  readonly queueIds: readonly string[];
}

const agentsLike = async (query: string) =>
  (await house.team.admin.read<{ data: AgentView[] }>(`/v1/agents?${query}`)).data;

it('an admin adds a state, an agent takes it, and it cannot be deleted meanwhile', async () => {
  const { admin, agents, queueId } = house.team;
  const anna = agents[0]!;
  const lunch = { key: 'lunch', name: 'At lunch', available: false };
  expect(await admin.created('/v1/agent-states', lunch)).toEqual({ ...lunch, builtIn: false });
  expect(await anna.api.post('/v1/agent-states', lunch)).toMatchObject({ status: 403 });
  const listed = await anna.api.read<{ data: { key: string }[] }>('/v1/agent-states');
  expect(listed.data.map(({ key }) => key)).toEqual(['active', 'inactive', 'lunch']);
  expect(await anna.api.put('/v1/me/state', { state: 'lunch' })).toMatchObject({
    status: 200,
    body: { available: false },
  });
  expect(await anna.api.put('/v1/me/state', { state: 'Lunch!' })).toMatchObject({ status: 422 });
  const away = await agentsLike(`queueId=${queueId}&available=false`);
  expect(away).toMatchObject([{ userId: anna.id, state: 'lunch', queueIds: [queueId] }]);
  expect(await admin.call('DELETE', '/v1/agent-states/lunch')).toMatchObject({
    status: 409,
    body: { code: 'state_in_use' },
  });
  await anna.api.put('/v1/me/state', { state: 'active' });
  expect(await admin.call('DELETE', '/v1/agent-states/lunch')).toMatchObject({ status: 204 });
});

it('a supervisor sets an agent’s state and limit, an agent does not', async () => {
  const { admin, agents, queueId } = house.team;
  const [anna, bert] = agents;
  const person = { email: 'lead@example.com', name: 'Lead', password: 'a long password of the lead' };
  await admin.created('/v1/users', { ...person, role: 'supervisor' });
  const lead = await house.server.api.signIn(person.email, person.password);
  const path = `/v1/agents/${bert!.id}`;
  expect(await anna!.api.put(`${path}/state`, { state: 'inactive' })).toMatchObject({ status: 403 });
  expect(await lead.put(`${path}/state`, { state: 'inactive' })).toMatchObject({
    status: 200,
    body: { state: 'inactive' },
  });
  expect(await lead.changed(path, { chatLimit: 9 })).toMatchObject({ chatLimit: 9, state: 'inactive' });
  expect(await bert!.api.read('/v1/me/state')).toMatchObject({ state: 'inactive' });
  await lead.changed(path, { chatLimit: 9 });
  const { data } = await admin.read<{ data: object[] }>(`/v1/audit?subjectId=${bert!.id}&action=agent.`);
  const actor = { name: 'Lead' };
  expect(data).toMatchObject([
    { action: 'agent.updated', actor, before: { chatLimit: 5 }, after: { chatLimit: 9 } },
    { action: 'agent.state_set', actor, before: { state: 'active' }, after: { state: 'inactive' } },
  ]);
  expect((await agentsLike(`queueId=${queueId}&available=true`)).map(({ userId }) => userId)).not.toContain(bert!.id);
});

interface Told {
  readonly type: string;
  readonly data: { readonly queueId: string; readonly userId: string };
}

it('who joins or leaves a queue is told to them and to those who see all queues, once each', async () => {
  const { admin, agents } = house.team;
  const [anna, bert, clara] = agents;
  const { cursor } = await admin.read<{ cursor: string }>('/v1/events/cursor');
  const { id: queueId } = await admin.created<{ id: string }>('/v1/queues', { name: 'Evening' });
  const member = ({ id }: { id: string }) => `/v1/queues/${queueId}/agents/${id}`;
  for (const one of [anna!, bert!, anna!]) await admin.put(member(one));
  for (let time = 0; time < 2; time++) await admin.call('DELETE', member(anna!));
  await admin.put(member(anna!));
  expect(await admin.put(`/v1/queues/${queueId}/agents/${queueId}`)).toMatchObject({ status: 404 });
  expect(await admin.call('DELETE', `/v1/queues/${house.team.queueId}`)).toMatchObject({ status: 409 });
  expect(await admin.call('DELETE', `/v1/queues/${queueId}`)).toMatchObject({ status: 204 });

  const heardBy = async (api: Api) => {
    const { data } = await api.read<{ data: Told[] }>(`/v1/events?limit=100&after=${encodeURIComponent(cursor)}`);
    const news = data.filter(({ type }) => type.startsWith('queue.agent_'));
    expect(news.every((one) => one.data.queueId === queueId)).toBe(true);
    return news.map(({ type, data: { userId } }) => `${userId === anna!.id ? 'Anna' : 'Bert'} ${type.slice(12)}`);
  };
  const annas = ['Anna joined', 'Anna left', 'Anna joined', 'Anna left'];
  expect(await heardBy(anna!.api)).toEqual(annas);
  expect(await heardBy(bert!.api)).toEqual(['Bert joined', 'Bert left']);
  expect(await heardBy(clara!.api)).toEqual([]);
  const all = await heardBy(admin);
  expect(all.filter((told) => told.startsWith('Anna'))).toEqual(annas);
  expect(all).toHaveLength(6);
});

it('whoever signs out or is deactivated is inactive from then on', async () => {
  const { admin, agents } = house.team;
  const [anna, , clara] = agents;
  expect(await anna!.api.call('DELETE', '/v1/auth/sessions')).toMatchObject({ status: 204 });
  const stateOf = async (id: string) => (await agentsLike('limit=100')).find(({ userId }) => userId === id);
  expect(await stateOf(anna!.id)).toMatchObject({ state: 'inactive', available: false });
  await admin.created(`/v1/users/${clara!.id}/deactivate`);
  await admin.created(`/v1/users/${clara!.id}/activate`);
  expect(await stateOf(clara!.id)).toMatchObject({ state: 'inactive', available: false });
});
