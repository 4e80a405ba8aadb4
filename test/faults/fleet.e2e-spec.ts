import { Api } from '../support/api.js';
import { Correspondence, expectFates } from '../support/correspondence.js';
import { aCustomer, anOpenChat, type OpenChat } from '../support/desk.js';
import { cursorOf, eventsAfter } from '../support/event-pages.js';
import { eventually } from '../support/eventually.js';
import { Fleet } from '../support/fleet.js';
import { Listener } from '../support/listener.js';
import { RawStream } from '../support/raw-stream.js';
import { rounds, withSlack } from '../support/rounds.js';
import { ADMIN } from '../support/server.js';
import { expectExactlyOnce, visibleTexts } from '../support/visible.js';
import { WebhookLoad } from '../support/webhook-load.js';

/** Real: three built servers as processes of their own on one PostgreSQL, a load balancer, signals. Simulated: the messengers. */
const NODES = 3;
const KILLS = rounds(1, 15);
const EVERY_MS = 20_000;
const TAKEN_OVER_MS = withSlack(14_000);
/** Where a network sends back what we sent, the heir of a message of unknown fate waits for that before it goes on. */
const ECHO_MS = 5_000;

let fleet: Fleet;
/** What must end also when a test fails in the middle. */
const ends: (() => unknown)[] = [];
beforeAll(async () => {
  fleet = await Fleet.open(NODES);
}, 120_000);
afterEach(() => Promise.all(ends.splice(0).map((end) => end())));
afterAll(() => fleet?.close());

it('three nodes that start at once on an empty database all become ready, and its tables are made once', async () => {
  await expectOneHouse(fleet);
  for (let round = 1; round < rounds(1, 5); round++) {
    const another = await Fleet.open(NODES);
    ends.push(() => another.close());
    await expectOneHouse(another);
  }
}, 300_000);

/** Whichever of its nodes is asked. */
async function expectOneHouse({ house, nodes }: Fleet): Promise<void> {
  for (const { api } of nodes) {
    const admin = await api.signIn(ADMIN.email, ADMIN.password);
    const { data } = await admin.read<{ data: { email: string; role: string }[] }>('/v1/users');
    const admins = data.filter(({ role }) => role === 'admin').map(({ email }) => email);
    expect(admins).toEqual([ADMIN.email]);
  }
  const twice = 'SELECT name FROM migrations GROUP BY name HAVING count(*) > 1';
  expect(await house.database.database.rows(twice)).toEqual([]);
}

/** The same caller by the address of all nodes. */
const byTheDoor = (api: Api) => new Api(fleet.door.url, api.authorization.authorization!.replace('Bearer ', ''));

/** A bot that is asked for its messages, because it cannot call us. */
async function aPolledBot(): Promise<string> {
  const { simulator, team } = fleet.house;
  const { id, token } = simulator.createBot({ name: 'Behind a wall' });
  const message = 'Bad Request: bad webhook: An HTTPS URL must be provided for webhook';
  simulator.failCall({ match: { method: 'setWebhook' }, effect: { kind: 'refuse', code: 400, message } });
  const registration = { messenger: 'telegram', queueId: team.queueId, credentials: { botToken: token } };
  const { delivery } = await team.admin.created<{ delivery: string }>('/v1/channels', registration);
  expect(delivery).toBe('polling');
  return id;
}

/** Somebody who writes to the bot again and again. */
function aChatterbox(account: string): { readonly said: string[]; stop: () => void } {
  const said: string[] = [];
  const speak = () => {
    said.push(`Polled ${said.length}`);
    const who = { messenger: 'telegram', account, person: 'Chatterbox' } as const;
    fleet.house.simulator.customerWrites({ ...who, text: said.at(-1)! });
  };
  const timer = setInterval(speak, 400);
  const stop = () => clearInterval(timer);
  ends.push(stop);
  return { said, stop };
}

const calls = () => fleet.house.simulator.ledger.calls;
const answersTo = ({ who }: OpenChat) => {
  const personId = fleet.house.simulator.personId(who);
  return calls().filter((call) => call.personId === personId && call.text !== undefined);
};
const pollsOf = (account: string) => calls().filter((call) => call.account === account && call.method === 'getUpdates');

/** Kills the node and starts it again; every lane and every poller goes on meanwhile. */
async function killOne(index: number, chats: readonly OpenChat[], bot: string): Promise<void> {
  await fleet.kill(index);
  const killed = Date.now();
  const { simulator } = fleet.house;
  const goesOn = (calls: () => readonly { at: number }[], patience: number, whose: string) =>
    simulator.waitFor(() => (calls().at(-1)?.at ?? 0) > killed, patience, `${whose} to be taken over`);
  await Promise.all([
    fleet.restart(index),
    goesOn(() => pollsOf(bot), TAKEN_OVER_MS, 'the polled bot'),
    ...chats.map((chat) => {
      const { messenger, person } = chat.who;
      const patience = messenger === 'facebook' ? TAKEN_OVER_MS + ECHO_MS : TAKEN_OVER_MS;
      return goesOn(() => answersTo(chat), patience, person);
    }),
  ]);
}

async function expectAllHeard(reader: RawStream, log: readonly string[]): Promise<void> {
  await eventually(() => reader.ids.includes(log.at(-1)!), 30_000, 'the last event');
  expect(reader.ids.slice(0, log.length)).toEqual(log);
  expect(new Set(reader.ids).size).toBe(reader.ids.length);
  expect(reader.resyncs).toBe(0);
}

it('nodes killed in turn: nothing is lost or doubled of what came, went out or was told; all is taken over in 15 s', async () => {
  const { simulator, team } = fleet.house;
  const [admin, agent] = [byTheDoor(team.admin), byTheDoor(team.agents[0]!.api)];
  const { webhookUrl } = await admin.read<{ webhookUrl: string }>(`/v1/channels/${team.channels.facebook}`);
  expect(webhookUrl).toContain(fleet.door.url);
  const chats: OpenChat[] = [];
  for (let n = 0; n < rounds(12, 24); n++)
    chats.push({
      ...(await anOpenChat(fleet.house, aCustomer(fleet.house, n % 3 ? 'telegram' : 'facebook'))),
      api: agent,
    });
  const bot = await aPolledBot();
  const before = await visibleTexts(admin);
  const cursor = await cursorOf(admin);
  const readers = Array.from({ length: rounds(8, 24) }, (_, n) => new RawStream(n % 2 ? agent : admin, cursor));
  const listener = await Listener.open(admin, { url: fleet.door.url, after: cursor });
  // The networks take a while, so that there is always something on its way.
  for (const method of ['sendMessage', 'messages'])
    simulator.failCall({ match: { method }, times: null, effect: { kind: 'delay', ms: 500, processed: true } });

  const load = new WebhookLoad(webhookUrl).start(6, 40);
  const letters = chats.map((chat) => new Correspondence(chat, agent));
  const chatterbox = aChatterbox(bot);
  ends.push(() => load.stop(), ...letters.map((letter) => () => letter.stop()));
  ends.push(...[...readers, listener].map((reader) => () => reader.close()));
  await simulator.waitFor(() => chats.every((chat) => answersTo(chat).length > 1), 30_000, 'the first answers');
  for (let round = 0; round < KILLS; round++) {
    const next = performance.now() + EVERY_MS;
    await killOne(round % NODES, chats, bot);
    if (round < KILLS - 1) await eventually(() => performance.now() > next, EVERY_MS);
  }
  await load.stop();
  chatterbox.stop();
  for (const letter of letters) await letter.stop();

  await eventually(async () => (await visibleTexts(admin)).has(chatterbox.said.at(-1)!), 30_000, 'the last word');
  const said = [...before.keys(), ...chatterbox.said];
  const sent = new Map([...load.sent, ...said.map((text) => [text, ''] as const)]);
  await expectExactlyOnce(admin, [...load.acknowledged, ...said], sent);
  await load.redeliverAll();
  await expectExactlyOnce(admin, sent.keys(), sent);
  for (const letter of letters) await expectFates(simulator, letter, KILLS);

  const logs = await Promise.all(
    [admin, agent].map(async (api) => (await eventsAfter(api, cursor)).map(({ id }) => id)),
  );
  for (const [n, reader] of readers.entries()) await expectAllHeard(reader, logs[n % 2]!);
  await eventually(() => listener.events.some(({ id }) => id === logs[0]!.at(-1)), 30_000, 'the last event');
  expect(listener.events.slice(0, logs[0]!.length).map(({ id }) => id)).toEqual(logs[0]);
  expect(listener.starts).toBe(0);
  expect(Math.max(...readers.map(({ connections }) => connections))).toBeGreaterThan(1);
}, 1_200_000);
