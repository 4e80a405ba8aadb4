import { Deliveries } from '#chats';
import { eventually } from '#database';
import type { SendVerdict } from '#messenger-kit';
import { withSlack } from '../testing/machine.js';
import { openOutboxHouse, type OutboxHouse } from '../testing/outbox-house.js';
import { sent } from '../testing/scripted-messenger.js';
import { Expiry } from './expiry.js';
import { LaneSteps } from './lane-steps.js';
import { type Lane, LanesRepository } from './lanes.repository.js';
import { NetworkCall } from './network-call.js';
import { Outbox } from './outbox.js';
import { Ways } from './way.js';

/** Real: PostgreSQL, leases, clocks, two nodes. Scripted: the network, and that a node stands still. */
let house: OutboxHouse;
const LEASE_MS = 1_000;
/** Hangs in its calls for longer than its lease holds: to the others it is dead. */
const STUCK = { leaseMs: LEASE_MS, callTimeoutMs: 60_000, deliver: true };

beforeEach(async () => (house = await openOutboxHouse({ leaseMs: LEASE_MS, deliver: false })));
afterEach(() => house.close());

const becomes = (id: string, status: string) => eventually(async () => (await house.statusOf(id)) === status);

/** One node hangs in the call for `stuck`; its answer comes when the test says so. */
async function aStuckNode() {
  let answer = (_: SendVerdict) => {};
  const late = new Promise<SendVerdict>((resolve) => (answer = resolve));
  house.scripted.answer = ({ text, id }) => (text === 'stuck' ? late : sent(id));
  const dead = await house.aNode(STUCK);
  const chat = await house.aChat();
  const stuck = await house.send(chat, 'stuck');
  await eventually(() => house.scripted.calls.length === 1);
  const next = await house.send(chat, 'next');
  return { answer, chat, stuck, next, dead };
}

it('what a dead node left “sending” is unconfirmed, not sent again, and the lane goes on elsewhere', async () => {
  const { stuck, next, answer } = await aStuckNode();
  const began = performance.now();
  await house.aNode({ leaseMs: LEASE_MS });
  await becomes(next, 'sent');
  expect(performance.now() - began).toBeLessThan(withSlack(LEASE_MS + 1_500));
  expect(await house.statusOf(stuck)).toBe('unconfirmed');
  expect(house.scripted.texts()).toEqual(['stuck', 'next']);
  answer({ kind: 'unknown', sentence: 'No answer.' });
});

it('what a dead node left “sending” is sent again in its turn where the network would know it', async () => {
  house.scripted.repeatableForMs = 86_400_000;
  const { stuck, next, answer } = await aStuckNode();
  house.scripted.answer = ({ id }) => sent(id);
  await house.aNode({ leaseMs: LEASE_MS });
  await becomes(next, 'sent');
  expect(await house.statusOf(stuck)).toBe('sent');
  expect(house.scripted.texts()).toEqual(['stuck', 'stuck', 'next']);
  answer({ kind: 'unknown', sentence: 'No answer.' });
});

it('a message that takes one node after another down is not sent for ever', async () => {
  const chat = await house.aChat();
  const id = await house.send(chat, 'poison');
  const [lane] = await house.get(LanesRepository).claim(60_000, 10, 10, []);
  const steps = house.get(LaneSteps);
  const outcome = { repeatableForMs: 86_400_000 };
  let tries = 0;
  while ((await steps.next(lane!, 0, outcome)).kind === 'send') tries++;
  expect([tries, await house.statusOf(id)]).toEqual([6, 'unconfirmed']);
});

it('the answer that comes late still proves that the message was sent', async () => {
  const { stuck, next, answer } = await aStuckNode();
  await house.aNode({ leaseMs: LEASE_MS });
  await becomes(next, 'sent');
  answer(sent(stuck));
  await becomes(stuck, 'sent');
});

it('the late failure of an earlier try says nothing about the try under way', async () => {
  const { stuck, answer, dead } = await aStuckNode();
  // It claims nothing more, its own lane neither, and still hangs in its call.
  const closing = dead.close();
  const heir = await house.aNode({ leaseMs: LEASE_MS, deliver: false });
  const lane = await eventuallyClaimed(heir.get(LanesRepository));
  await house.database.transaction((tx) => heir.get(Deliveries).leaveUnconfirmed(tx, lane.chatId));
  const again = (tx: Parameters<Parameters<typeof house.database.transaction>[0]>[0]) =>
    house.get(Deliveries).requeue(tx, stuck, ['unconfirmed']);
  expect(await house.database.transaction(again)).toBe(true);
  const step = await heir.get(LaneSteps).next(lane, 0);
  expect(step).toMatchObject({ kind: 'send', head: { id: stuck, attempts: 2 } });
  answer({ kind: 'rejected', class: 'permanent', code: '400', sentence: 'No.' });
  await closing;
  expect(await house.statusOf(stuck)).toBe('sending');
});

it('the heir waits for an echo as long as is left of the wait that began with the call', async () => {
  const { stuck, answer, dead } = await aStuckNode();
  const closing = dead.close();
  const heir = await house.aNode({ leaseMs: LEASE_MS, echoWaitMs: LEASE_MS + 700, deliver: false });
  const lane = await eventuallyClaimed(heir.get(LanesRepository));
  expect(await heir.get(LaneSteps).next(lane, 0, { echoes: true })).toEqual({ kind: 'leave', waitMs: 700 });
  expect(await house.statusOf(stuck)).toBe('unconfirmed');
  answer(sent(stuck));
  await closing;
});

it('what a dead node left “sending” waits for its turn like what is queued', async () => {
  const { stuck, next, answer, dead } = await aStuckNode();
  const closing = dead.close();
  await house.database.rows(`UPDATE messages SET status = 'failed' WHERE id = $1`, [next]);
  const heir = await house.aNode({ leaseMs: LEASE_MS, deliver: false });
  const lane = await eventuallyClaimed(heir.get(LanesRepository));
  expect(await heir.get(LaneSteps).pause(lane, 60_000, 0)).toEqual({ kind: 'leave', waitMs: 60_000 });
  expect(await heir.get(LanesRepository).claim(60_000, 10, 10, [])).toEqual([]);
  expect(await house.statusOf(stuck)).toBe('sending');
  answer(sent(stuck));
  await closing;
});

it('a frozen node that wakes up finds its lease gone before it writes', async () => {
  const chat = await house.aChat();
  const id = await house.send(chat, 'frozen');
  const [lanes, steps] = [house.get(LanesRepository), house.get(LaneSteps)];
  const [lane] = await lanes.claim(LEASE_MS, 10, 10, []);
  const step = await steps.next(lane!, 0);
  if (step.kind !== 'send') throw new Error('There is nothing to send');
  await new Promise((resolve) => setTimeout(resolve, LEASE_MS + 200));
  const way = await house.get(Ways).to(lane!);
  expect(await house.get(NetworkCall).attempt(way, lane!, step.head, step.seen)).toBeUndefined();
  expect(house.scripted.calls).toEqual([]);
  expect(await steps.next(lane!, 0)).toEqual({ kind: 'leave' });
  await house.aNode({ leaseMs: LEASE_MS });
  await becomes(id, 'unconfirmed');
});

it('what a dead node left “sending” in a channel that may not send is unconfirmed once its time is over', async () => {
  const chat = await house.aChat();
  const id = await house.send(chat, 'left');
  const [lanes, steps, expiry] = [house.get(LanesRepository), house.get(LaneSteps), house.get(Expiry)];
  const [lane] = await lanes.claim(60_000, 10, 10, []);
  await steps.next(lane!, 0);
  await house.database.rows('UPDATE channels SET active = false WHERE id = $1', [chat.channelId]);
  await expiry.expireAll();
  await house.database.rows(`UPDATE messages SET received_at = now() - interval '30 days' WHERE id = $1`, [id]);
  await expiry.expireAll();
  expect(await house.statusOf(id)).toBe('sending');
  await house.database.rows('UPDATE outbox_lanes SET leased_until = now() WHERE chat_id = $1', [chat.id]);
  expect(await lanes.claim(60_000, 10, 10, [])).toEqual([]);
  await expiry.expireAll();
  expect(await house.statusOf(id)).toBe('unconfirmed');
});

it('no answer is forgotten, whatever moment its lane is removed at', async () => {
  await house.aNode({ leaseMs: LEASE_MS });
  const chat = await house.aChat();
  const ids: string[] = [];
  for (let round = 0; round < 40; round++) {
    ids.push(...(await Promise.all([house.send(chat, `a ${round}`), house.send(chat, `b ${round}`)])));
  }
  await eventually(() => house.scripted.calls.length === ids.length);
  for (const id of ids) await becomes(id, 'sent');
  await eventually(async () => (await house.database.rows('SELECT 1 FROM outbox_lanes')).length === 0);
});

it('a lane that is just being removed stays when a message is put into it at the same moment', async () => {
  const chat = await house.aChat();
  const id = await house.send(chat, 'again');
  const lanes = house.get(LanesRepository);
  const [lane] = await lanes.claim(60_000, 10, 10, []);
  await house.database.rows(`UPDATE messages SET status = 'failed' WHERE id = $1`, [id]);
  let removing: Promise<unknown> = Promise.resolve();
  await house.database.transaction(async (tx) => {
    await house.get(Deliveries).requeue(tx, id, ['failed']);
    await lanes.extend(tx, chat.id, chat.channelId);
    removing = house.database.transaction((other) => lanes.finish(other, lane!));
    await eventually(async () => (await house.database.rows(WAITING_FOR_A_LOCK)).length > 0);
  });
  expect(await removing).toBe(false);
  expect(await house.database.rows('SELECT chat_id AS id FROM outbox_lanes')).toEqual([{ id: chat.id }]);
});

const WAITING_FOR_A_LOCK = `SELECT 1 FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%outbox_lanes%'`;

it('the same key sent many times at once is one message', async () => {
  const chat = await house.aChat();
  const accept = () => house.get(Outbox).accept(chat.agent, chat.id, { text: 'once' }, 'key', ([one]) => one!.id);
  const answers = await Promise.all(Array.from({ length: 8 }, accept));
  expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
});

async function eventuallyClaimed(lanes: LanesRepository): Promise<Lane> {
  let claimed: readonly Lane[] = [];
  await eventually(async () => (claimed = await lanes.claim(60_000, 10, 10, [])).length > 0);
  return claimed[0]!;
}
