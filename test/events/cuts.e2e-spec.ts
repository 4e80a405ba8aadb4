import { TcpSwitch } from '../support/tcp-switch.js';
import { aCustomer, anOpenChat, openDesk } from '../support/desk.js';
import { eventually } from '../support/eventually.js';
import type { House } from '../support/house.js';
import { Listener } from '../support/listener.js';
import { rounds } from '../support/rounds.js';
import type { ServerProcess } from '../support/server.js';
import { chatsOf } from '../support/views.js';

/** Real: the built server, PostgreSQL, sockets that are cut anywhere, the published client. Simulated: the messengers. */
const LISTENERS = rounds(6, 500);
const CUTS = rounds(24, 10_000);
const CHATS = rounds(12, 200);

let house: House;
let server: ServerProcess;
let proxy: TcpSwitch;
const listeners: Listener[] = [];

beforeAll(async () => {
  house = await openDesk();
  server = house.server;
  proxy = await TcpSwitch.to(server.url);
}, 120_000);
afterAll(async () => {
  for (const listener of listeners) listener.close();
  await proxy?.close();
  await server?.dispose();
  await house?.close();
});

interface EventPage {
  readonly data: { readonly id: string; readonly chatId: string | null }[];
  readonly cursor: string;
  readonly more: boolean;
}

async function logAfter(cursor: string): Promise<EventPage['data']> {
  const page = await house.team.admin.read<EventPage>(`/v1/events?limit=100&after=${cursor}`);
  return page.more ? [...page.data, ...(await logAfter(page.cursor))] : page.data;
}

async function talk(): Promise<void> {
  for (let number = 0; number < CHATS; number++) {
    const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
    if (number % 3 === 0) await chat.close();
  }
}

async function cut(): Promise<void> {
  for (let done = 0; done < CUTS / 2; done++) {
    await eventually(() => proxy.open > 0, 60_000, 'somebody to cut off');
    proxy.cutOne();
    await new Promise(setImmediate);
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
  const { cursor } = await admin.read<{ cursor: string }>('/v1/events/cursor');
  for (let number = 0; number < LISTENERS; number++)
    listeners.push(await Listener.open(admin, { url: proxy.url, after: cursor }));
  await Promise.all([talk(), cut()]);
  await server.stop();
  server = await server.restart();
  await Promise.all([talk(), cut()]);

  const log = (await logAfter(cursor)).map(({ id }) => id);
  expect(log.length).toBeGreaterThan(CHATS * 6);
  const last = log.at(-1);
  for (const listener of listeners) {
    await eventually(() => listener.events.some(({ id }) => id === last), 60_000, 'the last event');
    expect(listener.events.slice(0, log.length).map(({ id }) => id)).toEqual(log);
    expect(listener.starts).toBe(0);
  }
  const listed = new Map((await chatsOf(admin, 'all')).map(({ id, status }) => [id, status]));
  expect(listed.size).toBe(CHATS * 2);
  for (const listener of listeners) expect(statusesBy(listener)).toEqual(listed);
}, 600_000);
