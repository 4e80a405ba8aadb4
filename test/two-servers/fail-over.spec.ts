import { Correspondence, expectFates } from '../support/correspondence.js';
import { aCustomer, anOpenChat, openDesk, type OpenChat } from '../support/desk.js';
import { cursorOf } from '../support/event-pages.js';
import { eventually } from '../support/eventually.js';
import type { House } from '../support/house.js';
import { Listener } from '../support/listener.js';
import { rounds } from '../support/rounds.js';
import { TcpSwitch } from '../support/tcp-switch.js';
import { expectExactlyOnce, visibleTexts } from '../support/visible.js';
import { WebhookLoad } from '../support/webhook-load.js';
import { PostgresServer } from './postgres.js';

/**
 * Real: the built server, a primary and a standby of PostgreSQL with synchronous replication, the loss of all processes of
 * one. Stand-ins: a switch for the pooler, another for the network between the two, the messengers.
 */
const FAIL_OVERS = rounds(1, 3);
const CONNECTIONS = 16;

let primary: PostgresServer;
let standby: PostgresServer;
/** Where the server finds its database. */
let pooler: TcpSwitch;
/** How the standby reaches its primary. */
let wire: TcpSwitch;
let house: House;
let load: WebhookLoad;
let letters: Correspondence[] = [];

beforeAll(async () => {
  primary = await PostgresServer.primary();
  pooler = await TcpSwitch.to(primary.url);
  wire = await TcpSwitch.to();
  await join();
  process.env.PARLEY_TEST_DATABASE_URL = `postgres://parley@127.0.0.1:${pooler.port}/postgres`;
  house = await openDesk();
}, 120_000);
afterEach(() => Promise.all([load?.stop(), ...letters.map((letter) => letter.stop())]));
afterAll(async () => {
  try {
    await house?.close();
  } finally {
    await PostgresServer.killAll();
    await pooler?.close();
    await wire?.close();
  }
});

/** A new standby, without which nothing is committed from now on. */
async function join(): Promise<void> {
  wire.point(primary.url);
  standby = await PostgresServer.standbyOf(wire.port);
  await primary.waitsForItsStandby();
}

/** The standby is the primary now, as whoever watches over them decides. */
async function failOver(): Promise<void> {
  await primary.kill();
  await standby.promote();
  primary = standby;
  pooler.point(primary.url);
}

it('the primary is lost, some time after the standby lost sight of it: what was acknowledged is there, once', async () => {
  const { simulator, team } = house;
  const { admin } = team;
  const { webhookUrl } = await admin.read<{ webhookUrl: string }>(`/v1/channels/${team.channels.facebook}`);
  const chats: OpenChat[] = [];
  for (let n = 0; n < 6; n++) chats.push(await anOpenChat(house, aCustomer(house, n % 2 ? 'telegram' : 'facebook')));
  const before = await visibleTexts(admin);
  const cursor = await cursorOf(admin);
  const listener = await Listener.open(admin, { after: cursor });
  letters = chats.map((chat) => new Correspondence(chat, chat.api));
  load = new WebhookLoad(webhookUrl);
  for (let round = 1; round <= FAIL_OVERS; round++) {
    load.start(CONNECTIONS, 20);
    await eventually(() => load.acknowledged.size > round * 300, 30_000, 'load');
    wire.point();
    wire.cutAll();
    // Nothing has a second copy from here on, and nothing is acknowledged.
    const sofar = load.answered;
    await eventually(() => load.answered >= sofar + 2 * CONNECTIONS, 60_000, 'answers without a standby');
    await load.redeliverMissing();
    await failOver();
    const acknowledged = load.acknowledged.size;
    await eventually(() => load.acknowledged.size > acknowledged + 200, 60_000, 'the server to recover');
    await eventually(() => listener.starts >= round, 30_000, 'the word that events may be missing');
    await load.stop();
    if (round < FAIL_OVERS) await join();
  }
  for (const letter of letters) await letter.stop();

  const sent = new Map([...load.sent, ...[...before.keys()].map((text) => [text, ''] as const)]);
  await expectExactlyOnce(admin, [...load.acknowledged, ...before.keys()], sent);
  await load.redeliverAll();
  await expectExactlyOnce(admin, sent.keys(), sent);
  for (const letter of letters) {
    await expectFates(simulator, letter, FAIL_OVERS);
    await letter.chat.sent('After all');
    await letter.chat.close();
    await listener.heard('chat.closed', letter.chat.chatId);
  }
  expect([...load.statuses.keys()].filter((status) => ![200, 503].includes(status))).toEqual([]);
  listener.close();
}, 600_000);
