import type { Api } from './support/api.js';
import { aCustomer, anOpenChat, openDesk } from './support/desk.js';
import type { House } from './support/house.js';
import { chatsOf, chatWith, type ChatView, messagesOf, messageWith } from './support/views.js';

/** Real: the built server, PostgreSQL, sockets, signed-in people. Simulated: the messengers. */
let house: House;
let supervisor: Api;

beforeAll(async () => {
  house = await openDesk({ agents: 2 });
  supervisor = await aSupervisor();
}, 120_000);
afterAll(() => house?.close());

interface Refusal {
  readonly code: string;
  readonly holder: { readonly id: string; readonly name: string } | null;
}

interface Stretch {
  readonly agent: { readonly name: string };
  readonly beganHow: string;
  readonly endedHow: string | null;
  readonly comment: string | null;
}

async function aSupervisor(): Promise<Api> {
  const person = { email: 'lead@example.com', name: 'Lead', password: 'a long password of the lead' };
  await house.team.admin.created('/v1/users', { ...person, role: 'supervisor' });
  const api = await house.server.api.signIn(person.email, person.password);
  await api.put('/v1/me/state', { state: 'active' });
  return api;
}

it('a chat goes from hand to hand, and its history, messages and answers go along', async () => {
  const [anna, bert] = house.team.agents;
  const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
  const path = `/v1/chats/${chat.chatId}`;
  await chat.sent('I will ask a colleague');
  const wish = { agentId: bert!.id, comment: 'Asks about lamps' };
  const given = await anna!.api.created<ChatView>(`${path}/transfer`, wish);
  expect(given).toMatchObject({ status: 'in_progress', agent: { id: bert!.id } });
  const late = await chat.send('One more thing');
  expect(late).toMatchObject({ status: 409, body: { code: 'not_owner', holder: { id: bert!.id } } });
  await bert!.api.created(`${path}/messages`, { text: 'Bert here' });
  await messageWith(bert!.api, chat.chatId, 'Bert here', 'sent');
  expect(await supervisor.created(`${path}/take-over`)).toMatchObject({ agent: { name: 'Lead' } });
  expect(await supervisor.created(`${path}/release`)).toMatchObject({ status: 'waiting', agent: null });
  const [waiting] = (await chatsOf(anna!.api, 'waiting')).filter(({ id }) => id === chat.chatId);
  expect(waiting).toMatchObject({ lastMessage: { preview: 'Bert here' } });
  await anna!.api.created(`${path}/accept`);
  const { data } = await anna!.api.read<{ data: Stretch[] }>(`${path}/ownerships`);
  expect(data.map(({ agent, beganHow, endedHow }) => `${agent.name}: ${beganHow}, ${endedHow}`)).toEqual([
    'Agent 0: accepted, transferred',
    'Agent 1: transferred, taken_over',
    'Lead: taken_over, released',
    'Agent 0: accepted, null',
  ]);
  expect(data[0]!.comment).toBe('Asks about lamps');
  const lines = (await messagesOf(anna!.api, chat.chatId)).filter(({ direction }) => direction === 'system');
  expect(lines.map(({ text }) => text)).toEqual([
    'Agent 0 accepted the chat',
    'Agent 0 transferred the chat to Agent 1: Asks about lamps',
    'Lead took the chat over from Agent 1',
    'Lead gave the chat back to Shop',
    'Agent 0 accepted the chat',
  ]);
  await chat.close();
});

it('a chat in another queue is out of sight for those who never held it', async () => {
  const [anna, bert] = house.team.agents;
  const { admin } = house.team;
  const { id: queueId } = await admin.created<{ id: string }>('/v1/queues', { name: 'Complaints' });
  const chat = await anOpenChat(house, aCustomer(house, 'facebook'));
  const path = `/v1/chats/${chat.chatId}`;
  await anna!.api.created(`${path}/transfer`, { queueId });
  expect(await bert!.api.get(path)).toMatchObject({ status: 404 });
  expect(await bert!.api.post(`${path}/accept`)).toMatchObject({ status: 404 });
  expect(await anna!.api.read(path)).toMatchObject({ status: 'waiting', queue: { id: queueId } });
  expect(await anna!.api.post(`${path}/take-over`)).toMatchObject({ status: 403 });
  await supervisor.created(`${path}/close`);
});

it('an agent who takes no chats gets none, and the chat stays where it is', async () => {
  const [anna, bert] = house.team.agents;
  const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
  await bert!.api.put('/v1/me/state', { state: 'inactive' });
  const answer = await anna!.api.post<Refusal>(`/v1/chats/${chat.chatId}/transfer`, { agentId: bert!.id });
  expect(answer).toMatchObject({ status: 409, body: { code: 'agent_unavailable' } });
  await bert!.api.put('/v1/me/state', { state: 'active' });
  expect(await chat.view()).toMatchObject({ agent: { id: anna!.id } });
  await chat.close();
});

it('everybody moves one chat at once: it ends in one hand, and whoever was too late is told so', async () => {
  const [anna, bert] = house.team.agents;
  const text = 'Who takes me?';
  house.simulator.customerWrites({ ...aCustomer(house, 'telegram'), text });
  const { id } = await chatWith(anna!.api, 'waiting', text);
  await anna!.api.created(`/v1/chats/${id}/accept`);
  const answers = await Promise.all([
    anna!.api.post<Refusal>(`/v1/chats/${id}/release`),
    anna!.api.post<Refusal>(`/v1/chats/${id}/transfer`, { agentId: bert!.id }),
    supervisor.post<Refusal>(`/v1/chats/${id}/take-over`),
    supervisor.post<Refusal>(`/v1/chats/${id}/close`),
  ]);
  const refusals = answers.filter(({ status }) => status !== 200);
  const known = ['not_owner', 'chat_not_held', 'chat_moved', 'chat_closed'];
  for (const { status, body } of refusals) expect([status, known.includes(body.code)]).toEqual([409, true]);
  const { data } = await supervisor.read<{ data: Stretch[] }>(`/v1/chats/${id}/ownerships`);
  const { status } = await supervisor.read<ChatView>(`/v1/chats/${id}`);
  expect(data.filter(({ endedHow }) => endedHow === null)).toHaveLength(status === 'in_progress' ? 1 : 0);
  await supervisor.created(`/v1/chats/${id}/close`);
});
