import { TcpSwitch } from '../support/tcp-switch.js';
import { aCustomer, anOpenChat, openDesk } from '../support/desk.js';
import { cursorOf, eventsAfter } from '../support/event-pages.js';
import { eventually } from '../support/eventually.js';
import type { House } from '../support/house.js';
import { Listener } from '../support/listener.js';
import { rounds } from '../support/rounds.js';
import type { ServerProcess } from '../support/server.js';
import { chatsOf } from '../support/views.js';

/** Real: the built server, PostgreSQL, sockets that are cut anywhere, the published client. Simulated: the messengers. */
const LISTENERS = rounds(6, 500);
const CUTS = rounds(24, 10_000);
/** Between them the server is stopped, and killed. */
const STRETCHES = 3;
/** In each of them. */
const CHATS = rounds(8, 130);

let house: House<ServerProcess>;
let server: ServerProcess;
let proxy: TcpSwitch;
const listeners: Listener[] = [];

beforeAll(async () => {
  house = await openDesk({ ownProcess: true });
  server = house.server;
  proxy = await TcpSwitch.to(server.url);
}, 120_000);
afterAll(async () => {
  for (const listener of listeners) listener.close();
  await proxy?.close();
  await server?.dispose();
  await house?.close();
});

/** Chats begin and end while listeners are cut off at random. */
async function talk(): Promise<void> {
  for (let number = 0; number < CHATS; number++) {
    const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
    for (let cut = 0; cut < CUTS / STRETCHES / CHATS; cut++) {
      await eventually(() => proxy.open > 0, 60_000, 'somebody to cut off');
      proxy.cutOne();
    }
    if (number % 3 === 0) await chat.close();
  }
}

/** What the events of one listener add up to. */
function statusesBy({ events }: Listener): Map<string, string> {
  const known = new Map<string, string>();
  for (const { chatId, data } of events) {
    if (chatId && typeof data === 'object' && data && 'status' in data && 'queueId' in data)
      known.set(chatId, String(data.status));
  }
  return known;
}

it('cut off at random and restarted, everybody has every event once, and the state of a fresh list', async () => {
  const { admin } = house.team;
  const cursor = await cursorOf(admin);
  for (let number = 0; number < LISTENERS; number++)
    listeners.push(await Listener.open(admin, { url: proxy.url, after: cursor }));
  await talk();
  await server.stop();
  server = await server.restart();
  await talk();
  await server.kill();
  server = await server.restart();
  await talk();

  const log = (await eventsAfter(admin, cursor)).map(({ id }) => id);
  expect(log.length).toBeGreaterThan(CHATS * STRETCHES * 3);
  const last = log.at(-1);
  for (const listener of listeners) {
    await eventually(() => listener.events.some(({ id }) => id === last), 60_000, 'the last event');
    expect(listener.events.slice(0, log.length).map(({ id }) => id)).toEqual(log);
    expect(listener.starts).toBe(0);
  }
  const listed = new Map((await chatsOf(admin, 'all')).map(({ id, status }) => [id, status]));
  expect(listed.size).toBe(CHATS * STRETCHES);
  for (const listener of listeners) expect(statusesBy(listener)).toEqual(listed);
}, 600_000);
