import { randomBytes } from 'node:crypto';
import { aCustomer, anOpenChat, openDesk, outcomesOf } from './support/desk.js';
import { eventually } from './support/eventually.js';
import type { House } from './support/house.js';
import { rounds } from './support/rounds.js';
import { ServerProcess } from './support/server.js';
import { chatsOf, chatWith, messagesOf } from './support/views.js';

/**
 * Real: built servers on one PostgreSQL, the workers as processes of their own. Simulated: Telegram, which cannot call us.
 * The first node serves the API only, so that it is known who asks.
 */
let house: House;
const workers: ServerProcess[] = [];
const env = { PARLEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64') };

beforeAll(async () => {
  house = await openDesk({ env: { ...env, NODE_ROLE: 'web' } });
  const message = 'Bad Request: bad webhook: An HTTPS URL must be provided for webhook';
  house.simulator.failCall({ match: { method: 'setWebhook' }, effect: { kind: 'refuse', code: 400, message } });
  const { accounts, admin, channels, queueId } = house.team;
  const { token } = house.simulator.world.bots.require(accounts.telegram);
  await admin.created('/v1/channels', { messenger: 'telegram', queueId, credentials: { botToken: token } });
  expect(await admin.read(`/v1/channels/${channels.telegram}`)).toMatchObject({ delivery: 'polling' });
  await aWorker();
}, 120_000);
afterAll(async () => {
  for (const worker of workers) await worker.dispose();
  await house?.close();
});

async function aWorker(): Promise<void> {
  const { database, simulator } = house;
  workers.push(await ServerProcess.start({ databaseUrl: database.url, messengersUrl: simulator.url, env }));
}

const polls = () => house.simulator.ledger.calls.filter(({ method }) => method === 'getUpdates');

it('messages come by polling and answers go out', async () => {
  const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
  await chat.sent('Good day');
  house.simulator.customerWrites({ ...chat.who, text: 'And to you' });
  await eventually(async () => (await chat.later()).at(-1)?.text === 'And to you');
  expect((await chat.later()).map(({ text }) => text)).toEqual(['Good day', 'And to you']);
});

it('one node of several asks, however long they stand side by side', async () => {
  const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
  await aWorker();
  const said: string[] = [];
  for (const end = performance.now() + 6_000; performance.now() < end;) {
    said.push(`Word ${said.length}`);
    house.simulator.customerWrites({ ...chat.who, text: said.at(-1)! });
    await eventually(async () => (await chat.view()).lastMessage?.preview === said.at(-1));
  }
  expect((await chat.later()).map(({ text }) => text)).toEqual(said);
  // Telegram was told that all of it arrived, and never that two ask at once.
  await house.simulator.settled();
  expect(polls().length).toBeGreaterThan(said.length);
  expect(polls().filter(({ status }) => status === 409)).toEqual([]);
}, 60_000);

it('when the node that asks is killed another goes on, and nothing is lost or doubled', async () => {
  const { simulator, team } = house;
  for (let round = 0; round < rounds(1, 5); round++) {
    if (workers.length < 2) await aWorker();
    const who = aCustomer(house, 'telegram');
    const texts = Array.from({ length: 60 }, (_, n) => `${who.person} says ${n}`);
    const outcomes = await outcomesOf(house, team.channels.telegram, async () => {
      for (const text of texts.slice(0, 30)) simulator.customerWrites({ ...who, text });
      await eventually(async () =>
        (await chatsOf(team.admin, 'all')).some(({ contact }) => contact.name === who.person),
      );
      for (const text of texts.slice(30)) simulator.customerWrites({ ...who, text });
      const killed = workers.shift()!;
      await killed.kill();
      const at = Date.now();
      const goesOn = () => polls().some((poll) => poll.at > at);
      await simulator.waitFor(goesOn, 15_000, 'another node to ask');
      await killed.dispose();
      const last = async () =>
        (await chatsOf(team.admin, 'all')).some((chat) => chat.lastMessage?.preview === texts.at(-1));
      await eventually(last, 60_000, 'the last message');
    });
    expect(outcomes).toMatchObject({ stored: 60, ignored: 0, quarantined: 0 });
    const { id } = await chatWith(team.admin, 'all', texts.at(-1)!);
    expect((await messagesOf(team.admin, id)).map(({ text }) => text)).toEqual(texts);
  }
}, 300_000);
