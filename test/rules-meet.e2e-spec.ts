import type { Api } from './support/api.js';
import { aCustomer, anOpenChat, type OpenChat, openDesk } from './support/desk.js';
import { eventually } from './support/eventually.js';
import type { House } from './support/house.js';
import { listening } from './support/listener.js';
import type { Agent } from './support/team.js';
import { chatsOf, chatWith, type ChatView } from './support/views.js';

/**
 * What holds where several rules meet: reopening, moving, deleted queues, people who are gone.
 * Real: the built server, PostgreSQL, sockets, signed-in people. Simulated: the messengers.
 */
let house: House;
let admin: Api;
let anna: Agent;
let bert: Agent;
const listen = listening();

beforeAll(async () => {
  house = await openDesk({ agents: 2 });
  admin = house.team.admin;
  [anna, bert] = house.team.agents as [Agent, Agent];
}, 120_000);
afterAll(() => house?.close());
afterEach(async () => {
  await admin.changed(`/v1/queues/${house.team.queueId}`, { reopenMinutes: null, routingRule: 'everyone' });
  for (const { id, status } of await chatsOf(admin, 'all'))
    if (status !== 'closed') await admin.created(`/v1/chats/${id}/close`);
});

let names = 0;

interface Queued extends ChatView {
  readonly queue: { readonly id: string };
  readonly offer: { readonly agentId: string } | null;
}

async function aQueue(settings: object = {}): Promise<string> {
  return (await admin.created<{ id: string }>('/v1/queues', { name: `Queue ${(names += 1)}`, ...settings })).id;
}

/** Somebody who signs in and is active. */
async function somebody(role: 'agent' | 'supervisor', queueId?: string): Promise<Agent> {
  const person = { email: `person${(names += 1)}@example.com`, name: `Person ${names}`, role };
  const password = 'a long password of a person';
  const { id } = await admin.created<{ id: string }>('/v1/users', { ...person, password });
  if (queueId) await admin.put(`/v1/queues/${queueId}/agents/${id}`);
  const api = await house.server.api.signIn(person.email, password);
  await api.put('/v1/me/state', { state: 'active' });
  return { id, name: person.name, api };
}

const aChat = () => anOpenChat(house, aCustomer(house, 'telegram'));
const reopens = (queueId: string) => admin.changed(`/v1/queues/${queueId}`, { reopenMinutes: 10 });
const give = ({ chatId }: OpenChat, from: Agent, wish: object) =>
  from.api.created<Queued>(`/v1/chats/${chatId}/transfer`, wish);
const idsOf = async ({ api }: Agent, filter: string) => (await chatsOf(api, filter)).map(({ id }) => id);
const unreadOf = async ({ api }: Agent) => [
  (await api.read<{ count: number }>('/v1/me/unread-chats-count')).count,
  (await api.read<{ count: number }>('/v1/me/unread-messages-count')).count,
];
const loadOf = async ({ id }: Agent) => {
  const { data } = await admin.read<{ data: { userId: string; openChats: number }[] }>('/v1/agents?limit=100');
  return data.find(({ userId }) => userId === id)?.openChats;
};

async function writesAgain({ who }: OpenChat, text: string): Promise<Queued> {
  house.simulator.customerWrites({ ...who, text, at: Date.now() + 1_000 });
  return (await chatWith(admin, 'all', text)) as Queued;
}

it('a chat that is reopened is told to whoever held it last, of its queue or not, and is unread from there on', async () => {
  await reopens(house.team.queueId);
  const clara = await somebody('agent');
  const chat = await aChat();
  await anna.api.created(`/v1/chats/${chat.chatId}/read`, {});
  await give(chat, anna, { agentId: clara.id });
  await clara.api.created(`/v1/chats/${chat.chatId}/close`);
  expect(await idsOf(clara, 'closed')).toEqual([chat.chatId]);
  const [hers, annas] = [await listen(clara.api), await listen(anna.api)];
  const again = await writesAgain(chat, 'One more thing');
  expect(again).toMatchObject({ id: chat.chatId, status: 'waiting', agent: null });
  for (const listener of [hers, annas]) await listener.heard('chat.reopened', chat.chatId);
  expect(await idsOf(clara, 'closed')).toEqual([]);
  expect(await idsOf(clara, 'waiting')).toEqual([]);
  expect(await idsOf(anna, 'waiting')).toEqual([chat.chatId]);
  expect([await unreadOf(clara), await unreadOf(anna), await unreadOf(bert)]).toEqual([
    [0, 0],
    [1, 1],
    [1, 1],
  ]);
  expect([await loadOf(clara), await loadOf(anna)]).toEqual([0, 0]);
});

it('a chat is reopened where it was last, as that queue wishes it, and before its agents only', async () => {
  const repairs = await aQueue({ reopenMinutes: 10 });
  const clara = await somebody('agent', repairs);
  const chat = await aChat();
  await give(chat, anna, { queueId: repairs });
  await clara.api.created(`/v1/chats/${chat.chatId}/accept`);
  await clara.api.created(`/v1/chats/${chat.chatId}/close`);
  expect(await writesAgain(chat, 'It broke again')).toMatchObject({ id: chat.chatId, queue: { id: repairs } });
  expect(await idsOf(clara, 'waiting')).toEqual([chat.chatId]);
  expect(await idsOf(bert, 'waiting')).toEqual([]);
  await reopens(house.team.queueId);
  await admin.changed(`/v1/queues/${repairs}`, { reopenMinutes: null });
  await clara.api.created(`/v1/chats/${chat.chatId}/accept`);
  await clara.api.created(`/v1/chats/${chat.chatId}/close`);
  const next = await writesAgain(chat, 'And again');
  expect(next).toMatchObject({ previousChatId: chat.chatId, queue: { id: house.team.queueId } });
});

it('of a deleted queue nothing is reopened and nothing is offered to do: the next chat is one of the channel’s queue', async () => {
  const repairs = await aQueue({ reopenMinutes: 10 });
  const clara = await somebody('agent', repairs);
  const url = 'https://crm.example.com/hooks/repair';
  await admin.created('/v1/actions', { caption: 'Order a part', url, queueIds: [repairs] });
  const chat = await aChat();
  await give(chat, anna, { queueId: repairs });
  await clara.api.created(`/v1/chats/${chat.chatId}/accept`);
  const actions = () => clara.api.read<{ data: object[] }>(`/v1/chats/${chat.chatId}/actions`);
  expect((await actions()).data).toHaveLength(1);
  await clara.api.created(`/v1/chats/${chat.chatId}/close`);
  expect((await admin.call('DELETE', `/v1/queues/${repairs}`)).status).toBe(204);
  expect(await actions()).toEqual({ data: [], page: { next: null, prev: null } });
  const next = await writesAgain(chat, 'Is anybody there?');
  expect(next).toMatchObject({ previousChatId: chat.chatId, queue: { id: house.team.queueId } });
  expect(await idsOf(clara, 'waiting')).toEqual([]);
  await anna.api.created(`/v1/chats/${next.id}/accept`);
  const refused = await anna.api.post(`/v1/chats/${next.id}/transfer`, { queueId: repairs });
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '#/queueId' }] } });
});

it('agents of a queue hear of its new rule, by which other chats stand before them', async () => {
  const queue = `/v1/queues/${house.team.queueId}`;
  await admin.changed(queue, { routingRule: 'least_busy' });
  house.simulator.customerWrites({ ...aCustomer(house, 'telegram'), text: 'Who is asked?' });
  const { id } = await eventually(async () => {
    const chat = (await chatWith(admin, 'all', 'Who is asked?')) as Queued;
    return chat.offer ? chat : undefined;
  });
  const listeners = [await listen(anna.api), await listen(bert.api)];
  const outsider = await listen((await somebody('agent')).api);
  await admin.changed(queue, { routingRule: 'everyone' });
  for (const listener of listeners) {
    const told = await listener.heard('queue.changed');
    expect(told.data).toMatchObject({ queueId: house.team.queueId, name: 'Shop', routingRule: 'everyone' });
  }
  for (const agent of [anna, bert]) expect(await idsOf(agent, 'waiting')).toEqual([id]);
  await admin.changed(queue, { routingRule: 'everyone', offerSeconds: 60 });
  await bert.api.created(`/v1/chats/${id}/accept`);
  for (const listener of listeners) {
    await listener.heard('chat.accepted', id);
    expect(listener.types().filter((type) => type === 'queue.changed')).toHaveLength(1);
  }
  expect(outsider.types()).not.toContain('queue.changed');
});

it('who is deactivated keeps their chats until somebody takes them, gets none, and is asked no more', async () => {
  const lead = await somebody('supervisor');
  const clara = await somebody('agent', house.team.queueId);
  const chat = await aChat();
  const other = await aChat();
  await give(chat, anna, { agentId: clara.id });
  await admin.created(`/v1/users/${clara.id}/deactivate`);
  house.simulator.customerWrites({ ...chat.who, text: 'Are you there?' });
  const held = await chatWith(lead.api, 'all', 'Are you there?');
  expect(held).toMatchObject({ id: chat.chatId, status: 'in_progress', agent: { id: clara.id } });
  for (const from of [lead, anna]) {
    const refused = await from.api.post(`/v1/chats/${other.chatId}/transfer`, { agentId: clara.id });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '#/agentId' }] } });
  }
  expect(await unreadOf(lead)).toEqual([0, 0]);
  expect(await anna.api.get(`/v1/chats/${chat.chatId}`)).toMatchObject({ status: 200 });
  await lead.api.created(`/v1/chats/${chat.chatId}/take-over`);
  expect(await unreadOf(lead)).toEqual([1, 2]);
  await lead.api.created(`/v1/chats/${chat.chatId}/transfer`, { queueId: house.team.queueId });
  expect(await idsOf(bert, 'waiting')).toEqual([chat.chatId]);
  await admin.created(`/v1/users/${clara.id}/activate`);
  expect(await loadOf(clara)).toBe(0);
});

it('an offer to somebody who is deactivated goes on to the next', async () => {
  for (const { api } of [anna, bert]) await api.put('/v1/me/state', { state: 'inactive' });
  const clara = await somebody('agent', house.team.queueId);
  await admin.changed(`/v1/queues/${house.team.queueId}`, { routingRule: 'least_busy' });
  house.simulator.customerWrites({ ...aCustomer(house, 'telegram'), text: 'Next, please' });
  const { id } = await chatWith(admin, 'all', 'Next, please');
  const offeredTo = (agent: Agent) =>
    eventually(async () => (await admin.read<Queued>(`/v1/chats/${id}`)).offer?.agentId === agent.id, 20_000);
  await offeredTo(clara);
  await bert.api.put('/v1/me/state', { state: 'active' });
  await admin.created(`/v1/users/${clara.id}/deactivate`);
  await offeredTo(bert);
  await anna.api.put('/v1/me/state', { state: 'active' });
});

it('a channel that gets another queue opens its next chats there, and leaves those that are open where they are', async () => {
  const { channels, queueId } = house.team;
  const chat = await aChat();
  const elsewhere = await aQueue();
  await admin.changed(`/v1/channels/${channels.telegram}`, { queueId: elsewhere });
  house.simulator.customerWrites({ ...aCustomer(house, 'telegram'), text: 'To the new queue' });
  expect(await chatWith(admin, 'all', 'To the new queue')).toMatchObject({ queue: { id: elsewhere } });
  expect(await writesAgain(chat, 'Still here')).toMatchObject({ id: chat.chatId, queue: { id: queueId } });
  await admin.changed(`/v1/channels/${channels.telegram}`, { queueId });
});

it('whose contact is erased has room for another chat', async () => {
  const chat = await aChat();
  expect(await loadOf(anna)).toBe(1);
  await admin.created(`/v1/contacts/${(await chat.view()).contact.id}/erase`);
  expect(await loadOf(anna)).toBe(0);
  expect(await idsOf(anna, 'mine')).toEqual([]);
});
