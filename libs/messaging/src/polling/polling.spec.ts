import { setTimeout as pauseFor } from 'node:timers/promises';
import { eventually } from '#database';
import type { InboundEvent, PollVerdict } from '#messenger-kit';
import { openOutboxHouse, type OutboxHouse } from '../testing/outbox-house.js';

/** Real: PostgreSQL, leases, the receiving path, nodes. Scripted: the network that is asked. */
let house: OutboxHouse;
let cursors: (string | undefined)[];
/** How many polls the network sees at once, at most. */
let most: number;
let open: number;
const LEASE_MS = 1_500;

beforeEach(async () => {
  house = await openOutboxHouse({ pollLeaseMs: LEASE_MS, deliver: false });
  [cursors, most, open] = [[], 0, 0];
  house.scripted.convert = ({ body }) => [said(body.toString())];
});
afterEach(() => house.close());

let source = '';
const said = (text: string): InboundEvent => ({
  kind: 'message',
  source,
  key: `message:${text}`,
  externalId: text,
  sender: { scope: '', externalId: `person of ${source}` },
  content: { text },
});

async function aPolledChannel(): Promise<string> {
  const id = await house.aChannel();
  await house.database.rows(`UPDATE channels SET delivery = 'polling' WHERE id = $1`, [id]);
  source = `source of ${id}`;
  return id;
}

/** The network holds these updates and forgets those before the cursor it is given, as Telegram does. */
function theNetworkHolds(...texts: string[]): void {
  house.scripted.poll = async (_, cursor, signal): Promise<PollVerdict> => {
    cursors.push(cursor);
    open += 1;
    most = Math.max(most, open);
    const first = Number(cursor ?? 0);
    if (first >= texts.length) await pauseFor(200, undefined, { signal }).catch(() => undefined);
    open -= 1;
    const bodies = texts.slice(first, first + 2).map((text) => Buffer.from(text));
    return { kind: 'polled', bodies, cursor: String(first + bodies.length) };
  };
}

const texts = async () =>
  (await house.database.rows<{ text: string }>('SELECT text FROM messages ORDER BY seq')).map(({ text }) => text);
const healthOf = async (id: string) =>
  (await house.database.rows<{ health: string }>('SELECT health FROM channels WHERE id = $1', [id]))[0]!.health;
const pollsOn = async () => {
  const before = cursors.length;
  await eventually(() => cursors.length > before);
};

it('takes in what the network holds, in order, and confirms it afterwards', async () => {
  await aPolledChannel();
  theNetworkHolds('a', 'b', 'c', 'd', 'e');
  await house.aNode({ pollLeaseMs: LEASE_MS });
  await eventually(() => cursors.includes('5'));
  expect(await texts()).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(cursors.slice(0, 4)).toEqual([undefined, '2', '4', '5']);
});

it('dies between the commit and the cursor: everything comes again and changes nothing', async () => {
  const id = await aPolledChannel();
  await house.database.rows(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'gone'; END $$`);
  await house.database.rows('CREATE TRIGGER fail BEFORE INSERT ON poll_cursors EXECUTE FUNCTION fail()');
  theNetworkHolds('a', 'b');
  await house.aNode({ pollLeaseMs: LEASE_MS });
  await eventually(() => cursors.length === 2);
  expect(cursors).toEqual([undefined, undefined]);
  expect(await texts()).toEqual(['a', 'b']);
  await house.database.rows('DROP TRIGGER fail ON poll_cursors');
  await eventually(() => cursors.includes('2'));
  expect(await texts()).toEqual(['a', 'b']);
  const [totals] = await house.database.rows(
    `SELECT sum(stored)::int AS stored, sum(received - stored - duplicate)::int AS others, sum(duplicate) >= 2 AS again FROM ledger_totals
     WHERE channel_id = $1`,
    [id],
  );
  expect(totals).toEqual({ stored: 2, others: 0, again: true });
});

it('is done by one node at a time, and by another one when that one goes', async () => {
  await aPolledChannel();
  theNetworkHolds('a');
  const nodes = [];
  for (let count = 0; count < 3; count++) nodes.push(await house.aNode({ pollLeaseMs: LEASE_MS }));
  await eventually(() => cursors.length >= 8);
  await nodes[0]!.close();
  await pollsOn();
  await nodes[1]!.close();
  await pollsOn();
  await pollsOn();
  expect(most).toBe(1);
  expect(await texts()).toEqual(['a']);
});

it('a node that lost its lease moves no cursor', async () => {
  const id = await aPolledChannel();
  theNetworkHolds('a');
  house.scripted.convert = ({ body }) => [said(body.toString())];
  const { poll } = house.scripted;
  house.scripted.poll = async (account, cursor, signal) => {
    const verdict = await poll(account, cursor, signal);
    await house.database.rows(
      `UPDATE leases SET holder = gen_random_uuid(), fence = fence + 1, until = now() + interval '2 seconds'
       WHERE name = $1`,
      [`poll/${id}`],
    );
    house.scripted.poll = poll;
    return verdict;
  };
  await house.aNode({ pollLeaseMs: LEASE_MS });
  await eventually(async () => (await texts()).length === 1);
  expect(await house.database.rows('SELECT 1 FROM poll_cursors')).toEqual([]);
  await eventually(() => cursors.length >= 2);
  expect(cursors.slice(0, 2)).toEqual([undefined, undefined]);
});

it('a channel that is switched off is left alone within seconds, and goes on where it was', async () => {
  const id = await aPolledChannel();
  let broken = 0;
  theNetworkHolds('a', 'b');
  const { poll } = house.scripted;
  house.scripted.poll = async (account, cursor, signal) => {
    if (cursor === '2') await pauseFor(60_000, undefined, { signal }).catch(() => (broken += 1));
    return poll(account, cursor, signal);
  };
  await house.aNode({ pollLeaseMs: LEASE_MS });
  await eventually(async () => (await texts()).length === 2);
  await house.database.rows('UPDATE channels SET active = false WHERE id = $1', [id]);
  await eventually(() => broken === 1, 3_000);
  house.scripted.poll = poll;
  cursors.length = 0;
  await house.database.rows('UPDATE channels SET active = true WHERE id = $1', [id]);
  await eventually(() => cursors.length > 0);
  expect(cursors[0]).toBe('2');
});

it('says who else receives, and that it is over', async () => {
  const id = await aPolledChannel();
  theNetworkHolds('a');
  const { poll } = house.scripted;
  house.scripted.poll = () =>
    Promise.resolve({ kind: 'refused', class: 'conflict', sentence: 'Another program polls.', retryAfterMs: 300 });
  await house.aNode({ pollLeaseMs: LEASE_MS });
  await eventually(async () => (await healthOf(id)) === 'conflict');
  house.scripted.poll = poll;
  await eventually(async () => (await healthOf(id)) === 'ok');
  expect(await texts()).toEqual(['a']);
});

it('stops with credentials that are refused, until there are others', async () => {
  const id = await aPolledChannel();
  let asked = 0;
  house.scripted.poll = () => {
    asked += 1;
    return Promise.resolve({ kind: 'refused', class: 'reauthorize', sentence: 'The token was revoked.' });
  };
  await house.aNode({ pollLeaseMs: LEASE_MS });
  await eventually(async () => (await healthOf(id)) === 'needs_reauthorization');
  theNetworkHolds('a');
  await house.database.rows(`UPDATE channels SET health = 'ok' WHERE id = $1`, [id]);
  await eventually(async () => (await texts()).length === 1);
  expect(asked).toBe(1);
});
