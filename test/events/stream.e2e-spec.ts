import { aCustomer, anOpenChat, openDesk } from '../support/desk.js';
import type { Api } from '../support/api.js';
import { eventsAfter } from '../support/event-pages.js';
import { eventually } from '../support/eventually.js';
import type { House } from '../support/house.js';
import { listening } from '../support/listener.js';
import type { ServerProcess } from '../support/server.js';
import { chatsOf, chatWith } from '../support/views.js';

/** Real: the built server, PostgreSQL, sockets, the published client. Simulated: the messengers. */
let house: House<ServerProcess>;
const listen = listening();

beforeAll(async () => {
  house = await openDesk({ agents: 2, ownProcess: true });
}, 120_000);
afterAll(() => house?.close());

/** In small pages. */
const ask = (api: Api, after: string) => eventsAfter(api, after, 3);

it('tells an agent what happens in a chat, in order; who asks instead reads the same', async () => {
  const [agent] = house.team.agents;
  const { cursor } = await agent!.api.read<{ cursor: string }>('/v1/events/cursor');
  const listener = await listen(agent!.api);
  const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
  await chat.sent('Good morning');
  await chat.close();
  await listener.heard('chat.closed', chat.chatId);
  expect(listener.types(chat.chatId)).toEqual([
    'chat.opened',
    'message.received',
    'chat.accepted',
    'message.queued',
    ...listener.types(chat.chatId).filter((type) => type === 'message.status_changed'),
    'chat.closed',
  ]);
  expect(listener.events.find(({ type }) => type === 'message.received')).toEqual({
    id: expect.any(String) as unknown,
    type: 'message.received',
    at: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
    chatId: chat.chatId,
    seq: 1,
    data: {
      messageId: expect.any(String) as unknown,
      preview: expect.stringContaining('Hello') as unknown,
      inboundCount: 1,
    },
  });
  const asked = await ask(agent!.api, cursor);
  expect(asked.filter(({ chatId }) => chatId === chat.chatId)).toEqual(
    listener.events.filter(({ chatId }) => chatId === chat.chatId),
  );
});

it('goes on behind the last event after a loss, and for programs behind any cursor', async () => {
  const { api } = house.team.agents[0]!;
  const first = await listen(api);
  const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
  await first.heard('chat.accepted', chat.chatId);
  first.close();
  const after = first.events.find(({ type, chatId }) => type === 'chat.opened' && chatId === chat.chatId)!.id!;
  await chat.close();
  const second = await listen(api, { after });
  await second.heard('chat.closed', chat.chatId);
  expect(second.starts).toBe(0);
  expect(second.types(chat.chatId)).toEqual(['message.received', 'chat.accepted', 'chat.closed']);
  const ids = [...first.events, ...second.events].map(({ id }) => id);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual(
    first.events.slice(first.events.findIndex(({ id }) => id === after) + 1).map(({ id }) => id),
  );
});

it('who is not in the queue hears nothing of it; a change of queue takes effect within 5 s', async () => {
  const { admin, agents, queueId } = house.team;
  const other = await admin.created<{ id: string }>('/v1/users', {
    email: 'outsider@example.com',
    name: 'Outsider',
    password: 'a long password of an outsider',
    role: 'agent',
  });
  const outsider = await listen(
    await house.server.api.signIn('outsider@example.com', 'a long password of an outsider'),
  );
  const [insider, boss] = [await listen(agents[1]!.api), await listen(admin)];
  house.simulator.customerWrites({ ...aCustomer(house, 'telegram'), text: 'Not for outsiders' });
  const { id } = await chatWith(agents[1]!.api, 'waiting', 'Not for outsiders');
  await insider.heard('message.received', id);
  await boss.heard('message.received', id);
  expect(outsider.events).toEqual([]);

  await admin.put(`/v1/queues/${queueId}/agents/${other.id}`);
  // Told to read the lists again: they show more than before.
  await eventually(() => outsider.starts === 2, 5_000, 'the change of queue');
  house.simulator.customerWrites({ ...aCustomer(house, 'telegram'), text: 'For everybody' });
  const { id: second } = await chatWith(agents[1]!.api, 'waiting', 'For everybody');
  await outsider.heard('message.received', second);
  expect(outsider.types(id)).toEqual([]);

  await admin.call('DELETE', `/v1/queues/${queueId}/agents/${other.id}`);
  await eventually(() => outsider.starts === 3, 5_000, 'the change of queue');
});

it('a deactivated user’s stream ends within 5 s, and the client comes to rest', async () => {
  const { admin } = house.team;
  const password = 'a long password of a leaver';
  const user = { email: 'leaver@example.com', name: 'Leaver', password, role: 'supervisor' };
  const { id } = await admin.created<{ id: string }>('/v1/users', user);
  const api = await house.server.api.signIn(user.email, password);
  const listener = await listen(api);
  const raw = await fetch(`${api.url}/v1/events/stream`, { headers: api.authorization });
  await admin.created(`/v1/users/${id}/deactivate`);
  let text: string | undefined;
  void raw.text().then((whole) => (text = whole));
  expect(await eventually(() => text, 5_000, 'the end of the stream')).toContain('stream.ready');
  await eventually(() => listener.refused === 401, 20_000, 'the client to give up');
});

it('says so when it cannot know what was missed', async () => {
  const { api } = house.team.agents[0]!;
  const { cursor } = await api.read<{ cursor: string }>('/v1/events/cursor');
  const [, txid, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as string[];
  const stranger = Buffer.from(JSON.stringify(['another', txid, id])).toString('base64url');
  const listener = await listen(api, { after: stranger });
  await eventually(() => listener.starts === 1, 20_000, 'the word to read the lists');
  const refused = await api.get<{ code: string; cursor: string }>(`/v1/events?after=${stranger}`);
  expect(refused).toMatchObject({
    status: 409,
    body: { code: 'resync_required', cursor: expect.any(String) as unknown },
  });
  expect(await ask(api, refused.body.cursor)).toEqual([]);
  expect(await api.get('/v1/events?after=nonsense')).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } });
  expect(await api.get('/v1/events/stream?after=nonsense')).toMatchObject({ status: 400 });
  expect((await fetch(`${api.url}/v1/events/stream`)).status).toBe(401);
});

it('lists read after the cursor, and the events behind it, meet without a gap', async () => {
  const { api } = house.team.agents[0]!;
  const { cursor } = await api.read<{ cursor: string }>('/v1/events/cursor');
  const chat = await anOpenChat(house, aCustomer(house, 'facebook'));
  const listed = await chatsOf(api, 'mine');
  const listener = await listen(api, { after: cursor });
  await listener.heard('chat.accepted', chat.chatId);
  expect(listed.map(({ id }) => id)).toContain(chat.chatId);
});

it('what is true for a moment rides along without an id', async () => {
  const { api } = house.team.agents[0]!;
  const listener = await listen(api);
  const chatId = '019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa';
  const moment = { type: 'chat.typing', at: new Date(), chatId, audience: { queues: [house.team.queueId] } };
  const send = () =>
    house.database.database.rows('SELECT pg_notify($1, $2)', [
      'parley_ephemeral',
      JSON.stringify({ ...moment, data: { userId: chatId, name: 'Ada' } }),
    ]);
  await send();
  expect(await listener.heard('chat.typing')).toEqual({
    type: 'chat.typing',
    at: moment.at.toISOString(),
    chatId,
    data: { userId: chatId, name: 'Ada' },
  });
});

it('reports its readers', async () => {
  const { api } = house.team.agents[0]!;
  await listen(api);
  const metrics = await (await fetch(`${api.url}/metrics`)).text();
  expect(metrics).toMatch(/^parley_event_streams [1-9]/m);
  expect(metrics).toMatch(/^parley_event_lag_seconds /m);
  expect(metrics).toMatch(/^parley_event_oldest_writer_seconds /m);
});

it('stopping ends the streams at once; the same server goes on where they were', async () => {
  const { api } = house.team.agents[0]!;
  const listener = await listen(api);
  const position = listener.position;
  expect(await house.server.stop()).toBe(0);
  const again = await house.server.restart();
  try {
    house.simulator.customerWrites({ ...aCustomer(house, 'telegram'), text: 'Are you back?' });
    const { id } = await chatWith(api, 'waiting', 'Are you back?');
    await listener.heard('message.received', id);
    expect(listener.starts).toBe(1);
    expect(position).toBeDefined();
  } finally {
    await again.dispose();
  }
});
