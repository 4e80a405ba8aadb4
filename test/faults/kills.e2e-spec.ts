import { execFileSync } from 'node:child_process';
import { startSimulator, type Simulator } from '../../apps/simulator/src/simulator.js';
import { embeddedDatabaseOf } from '../support/embedded-database.js';
import { eventually } from '../support/eventually.js';
import { rounds } from '../support/rounds.js';
import { ADMIN, ServerProcess } from '../support/server.js';
import { aTeam, type Team } from '../support/team.js';
import { chatWith, messagesOf, messageWith } from '../support/views.js';
import { expectExactlyOnce, visibleTexts } from '../support/visible.js';
import { WebhookLoad } from '../support/webhook-load.js';

/** Real: the built server on its embedded, durable PostgreSQL, processes and signals. Simulated: the messenger. */
let simulator: Simulator;
let server: ServerProcess;
let team: Team;
let webhookUrl: string;

beforeAll(async () => {
  simulator = await startSimulator();
  server = await ServerProcess.start({ messengersUrl: simulator.url });
  team = await aTeam(server, simulator, 1);
  ({ webhookUrl } = await team.admin.read<{ webhookUrl: string }>(`/v1/channels/${team.channels.facebook}`));
}, 120_000);

afterAll(async () => {
  await server?.dispose();
  await simulator?.stop();
});

let running: WebhookLoad | undefined;
afterEach(() => running?.stop());

function aLoad(): WebhookLoad {
  running = new WebhookLoad(webhookUrl);
  return running;
}

const admin = () => server.api.signIn(ADMIN.email, ADMIN.password);
const some = (load: WebhookLoad, count: number) => eventually(() => load.acknowledged.size >= count, 30_000, 'load');

it('kill -9 of the server under load: acknowledged = visible, none twice', async () => {
  const load = aLoad();
  for (let round = 0; round < rounds(1, 20); round++) {
    load.start();
    await some(load, load.acknowledged.size + 300);
    await server.kill();
    await load.stop();
    server = await server.restart();
  }
  await expectExactlyOnce(await admin(), load.acknowledged, load.sent);
  await load.redeliverAll();
  await expectExactlyOnce(await admin(), load.sent.keys(), load.sent);
}, 600_000);

it('kill -9 of the postmaster under load: recovers by itself, acknowledged = visible, none twice', async () => {
  const before = new Map(await sentSoFar());
  const load = aLoad();
  for (let round = 0; round < rounds(1, 10); round++) {
    load.start();
    await some(load, load.acknowledged.size + 200);
    process.kill(embeddedDatabaseOf(server).postmaster, 'SIGKILL');
    await some(load, load.acknowledged.size + 200);
    await load.stop();
  }
  expect([...load.statuses.keys()].filter((status) => ![200, 503].includes(status))).toEqual([]);
  await expectExactlyOnce(await admin(), load.acknowledged, new Map([...before, ...load.sent]));
  await load.redeliverAll();
  await expectExactlyOnce(await admin(), load.sent.keys(), new Map([...before, ...load.sent]));
}, 600_000);

it('a frozen database is answered 503 within seconds, and the server goes on when it thaws', async () => {
  const before = new Map(await sentSoFar());
  const load = aLoad().start();
  await some(load, 200);
  const frozen = databaseProcesses(embeddedDatabaseOf(server).postmaster);
  for (const pid of frozen) process.kill(pid, 'SIGSTOP');
  try {
    await eventually(() => (load.statuses.get(503) ?? 0) > 0, 12_000, 'a 503');
  } finally {
    for (const pid of frozen) process.kill(pid, 'SIGCONT');
  }
  await some(load, load.acknowledged.size + 200);
  await load.stop();
  expect([...load.statuses.keys()].sort()).toEqual([200, 503]);
  await expectExactlyOnce(await admin(), load.acknowledged, new Map([...before, ...load.sent]));
}, 120_000);

it('SIGTERM under load: nothing in flight is lost, exit code 0', async () => {
  const before = new Map(await sentSoFar());
  const load = aLoad().start();
  await some(load, 300);
  expect(await server.stop()).toBe(0);
  await load.stop();
  expect([...load.statuses.keys()].filter((status) => ![0, 200, 503].includes(status))).toEqual([]);
  server = await server.restart();
  await expectExactlyOnce(await admin(), load.acknowledged, new Map([...before, ...load.sent]));
}, 120_000);

it('SIGTERM while large calls are being committed: each of them is answered 2xx before the server ends', async () => {
  const calls = new WebhookLoad(webhookUrl).postBatches(4, 1000);
  await Promise.race(calls);
  expect(await server.stop()).toBe(0);
  expect(await Promise.all(calls)).toEqual([200, 200, 200, 200]);
  server = await server.restart();
}, 120_000);

it('SIGTERM while answers are on their way: none is lost, none is sent twice', async () => {
  const { who, chat, texts } = await answersOnTheirWay('Term Inal', 12);
  expect(await server.stop()).toBe(0);
  server = await server.restart();
  await messageWith(await admin(), chat.id, texts.at(-1)!, 'sent');
  expect(simulator.received(who)).toEqual(texts);
}, 120_000);

it('kill -9 while an answer is on its way: it is sent once, flagged as unconfirmed, and the others follow', async () => {
  const { who, chat, texts } = await answersOnTheirWay('Kil Led', 10);
  await server.kill();
  server = await server.restart();
  await messageWith(await admin(), chat.id, texts.at(-1)!, 'sent');
  expect(simulator.received(who)).toEqual(texts);
  const fates = (await messagesOf(await admin(), chat.id)).filter(({ direction }) => direction === 'outbound');
  expect(fates.filter(({ status }) => status === 'unconfirmed')).toHaveLength(1);
  expect(fates.filter(({ status }) => status === 'sent')).toHaveLength(texts.length - 1);
}, 120_000);

/** A chat whose answers reach the messenger while it takes its time to say so. */
async function answersOnTheirWay(person: string, count: number) {
  const who = { messenger: 'telegram', account: team.accounts.telegram, person } as const;
  simulator.customerWrites({ ...who, text: `I am ${person}` });
  const agent = await server.api.signIn('agent0@example.com', 'a long password of agent 0');
  const chat = await chatWith(agent, 'waiting', `I am ${person}`);
  await agent.created(`/v1/chats/${chat.id}/accept`);
  simulator.failCall({
    match: { method: 'sendMessage' },
    times: null,
    effect: { kind: 'delay', ms: 100, processed: true },
  });
  const texts = Array.from({ length: count }, (_, number) => `On its way ${number}`);
  for (const text of texts) await agent.created(`/v1/chats/${chat.id}/messages`, { text });
  await eventually(() => simulator.received(who).length >= 3);
  return { who, chat, texts };
}

/** What earlier tests left in this house. */
async function sentSoFar(): Promise<[string, string][]> {
  return [...(await visibleTexts(await admin())).keys()].map((text) => [text, '']);
}

/** The postmaster and everything it started. */
function databaseProcesses(postmaster: number): number[] {
  const children = execFileSync('pgrep', ['-P', String(postmaster)], { encoding: 'utf8' });
  return [postmaster, ...children.trim().split('\n').map(Number)];
}
