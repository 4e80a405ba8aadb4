import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { SseParser } from '../../libs/client/src/sse-parser.js';
import type { Api } from '../support/api.js';
import { aCustomer, anOpenChat, openDesk } from '../support/desk.js';
import { cursorOf, eventsAfter } from '../support/event-pages.js';
import { eventually } from '../support/eventually.js';
import type { House } from '../support/house.js';
import { listening } from '../support/listener.js';
import { WebhookLoad } from '../support/webhook-load.js';

/** Real: the built server, PostgreSQL, sockets. Simulated: the messengers. */
let house: House;
const listen = listening();

beforeAll(async () => {
  house = await openDesk({ agents: 2 });
}, 120_000);
afterAll(() => house?.close());

/** A stream of which nothing is read before somebody asks. */
async function aSilentReader(api: Api, after?: string): Promise<IncomingMessage> {
  const call = request(`${api.url}/v1/events/stream`, {
    headers: { ...api.authorization, ...(after === undefined ? {} : { 'last-event-id': after }) },
  }).end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  return response;
}

const streams = async () => {
  const metrics = await (await fetch(`${house.server.url}/metrics`)).text();
  return Number(/^parley_event_streams (\d+)/m.exec(metrics)![1]);
};

const nobodyListens = (within = 30_000) =>
  eventually(async () => (await streams()) === 0, within, 'everybody to have left');

it('a stream that has nothing to tell shows signs of life, and where the log is by now', async () => {
  const { api } = house.team.agents[1]!;
  const stream = await aSilentReader(api);
  const parser = new SseParser();
  const ids: (string | undefined)[] = [];
  stream.setEncoding('utf8').on('data', (text: string) => {
    for (const { id, event } of parser.take(text)) if (event !== 'stream.ready') ids.push(id);
  });
  await eventually(() => ids.length > 0, 20_000, 'a heartbeat');
  stream.destroy();
  expect(await eventsAfter(api, ids[0]!)).toEqual([]);
}, 30_000);

it('a reader that takes nothing is cut off, delays nobody, and has missed nothing when it comes back', async () => {
  const { admin, channels } = house.team;
  const cursor = await cursorOf(admin);
  await nobodyListens();
  const slow = await aSilentReader(admin, cursor);
  const well = await listen(admin, { after: cursor });
  const { webhookUrl } = await admin.read<{ webhookUrl: string }>(`/v1/channels/${channels.facebook}`);
  // More than what may wait for one reader and what sockets hold.
  const load = new WebhookLoad(webhookUrl);
  for (let batch = 0; batch < 25; batch++) expect(await load.postBatches(1, 1000)[0]).toBe(200);
  const log = await eventsAfter(admin, cursor, 100);
  expect(log.length).toBeGreaterThanOrEqual(25_000);
  await eventually(() => well.events.length >= log.length, 60_000, 'everything where all is well');
  await eventually(async () => (await streams()) === 1, 30_000, 'the silent reader to be cut off');

  const parser = new SseParser();
  const got: string[] = [];
  slow.setEncoding('utf8').on('data', (text: string) => {
    for (const { id, data } of parser.take(text)) if (data !== undefined && id !== undefined) got.push(id);
  });
  await new Promise((resolve) => slow.once('close', resolve));
  expect(got.length).toBeLessThan(log.length);
  const again = await listen(admin, { after: got.at(-1) ?? cursor });
  await eventually(() => again.events.some(({ id }) => id === log.at(-1)!.id), 60_000, 'the rest');
  expect([...got, ...again.events.map(({ id }) => id)].slice(0, log.length)).toEqual(log.map(({ id }) => id));
  expect(again.starts).toBe(0);
}, 180_000);

it('whoever hangs up at any moment is forgotten', async () => {
  const { admin } = house.team;
  await nobodyListens();
  for (let number = 0; number < 60; number += 1) {
    const call = request(`${admin.url}/v1/events/stream`, { headers: admin.authorization }).on(
      'error',
      () => undefined,
    );
    await new Promise<void>((resolve) => call.end(resolve));
    // Later every time: while it comes in, while it is looked at, when it is answered.
    for (let turn = 0; turn < number; turn += 1) await new Promise(setImmediate);
    call.destroy();
  }
  await nobodyListens(10_000);
});

it('who is made less hears less within 5 s, who is made more hears more', async () => {
  const { admin } = house.team;
  const person = {
    email: 'mover@example.com',
    name: 'Mover',
    password: 'a long password of a mover',
    role: 'supervisor',
  };
  const { id } = await admin.created<{ id: string }>('/v1/users', person);
  const mover = await listen(await house.server.api.signIn(person.email, person.password));
  const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
  await mover.heard('chat.accepted', chat.chatId);

  await admin.changed(`/v1/users/${id}`, { role: 'agent' });
  await eventually(() => mover.starts === 2, 5_000, 'the word to read the lists again');
  const heard = mover.events.length;
  await chat.sent('Not for everybody');
  expect(mover.events.length).toBe(heard);

  await admin.changed(`/v1/users/${id}`, { role: 'supervisor' });
  await eventually(() => mover.starts === 3, 5_000, 'the word to read the lists again');
  await chat.close();
  await mover.heard('chat.closed', chat.chatId);
  expect(mover.types(chat.chatId)).not.toContain('message.queued');
}, 60_000);

it('a chat that changes hands is told to both, and from then on to whoever holds it', async () => {
  const [anna, bert] = house.team.agents;
  const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
  const [hers, his] = [await listen(anna!.api), await listen(bert!.api)];
  await chat.api.created(`/v1/chats/${chat.chatId}/transfer`, { agentId: bert!.id });
  for (const listener of [hers, his]) await listener.heard('chat.transferred', chat.chatId);
  house.simulator.customerWrites({ ...chat.who, text: 'Who are you?' });
  await his.heard('message.received', chat.chatId);
  await bert!.api.created(`/v1/chats/${chat.chatId}/messages`, { text: 'Bert' });
  await his.heard('message.queued', chat.chatId);
  await bert!.api.created(`/v1/chats/${chat.chatId}/close`);
  for (const listener of [hers, his]) await listener.heard('chat.closed', chat.chatId);
  expect(hers.types(chat.chatId)).toEqual(['chat.transferred', 'chat.closed']);
}, 60_000);

it('whoever comes back after the time events are kept is told to read the lists, and goes on', async () => {
  const { admin } = house.team;
  const cursor = await cursorOf(admin);
  const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
  const { database } = house.database;
  await database.rows(`UPDATE events SET at = now() - interval '30 days'`);
  await database.rows(`SELECT graphile_worker.add_job('events.retention')`);
  const refused = async () => (await admin.get<{ code: string }>(`/v1/events?after=${cursor}`)).status === 409;
  await eventually(refused, 30_000, 'old events to be dropped');
  // A node with readers has the latest news in memory for a while, and would lose nothing.
  await eventually(async () => (await streams()) === 0, 10_000, 'no readers');
  const late = await listen(admin, { after: cursor });
  await eventually(() => late.starts === 1, 20_000, 'the word to read the lists');
  expect(late.events).toEqual([]);
  await chat.close();
  await late.heard('chat.closed', chat.chatId);
}, 60_000);
