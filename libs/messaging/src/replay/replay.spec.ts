import type { InboundEvent } from '#messenger-kit';
import type { Caller } from '#identity';
import { Channels } from '#registration';
import { MessageManager } from '../message-manager.js';
import { Ledger } from '../ledger/ledger.js';
import { RawBodies } from '../ledger/raw-bodies.repository.js';
import { openOutboxHouse, type OutboxHouse } from '../testing/outbox-house.js';
import type { ReplayOrder } from './replay-order.js';
import { Replayer } from './replayer.js';
import { Replays } from './replays.js';

/** Real: PostgreSQL and the receiving path. Scripted: what the messenger's code understands, today and before. */
let house: OutboxHouse;
let channelId: string;
let source: string;
const admin: Caller = { kind: 'key', id: '00000000-0000-7000-8000-000000000001', role: 'admin', name: 'Admin' };

beforeAll(async () => (house = await openOutboxHouse({ deliver: false }, 1)));
afterAll(() => house.close());
beforeEach(async () => {
  channelId = await house.aChannel();
  source = `source of ${channelId}`;
});

/** A call carries words; each is one event. What is not among `known` cannot be understood. */
function understand(known: RegExp): void {
  house.scripted.convert = ({ body }) =>
    body
      .toString()
      .split(' ')
      .map((word) => (known.test(word) ? said(word) : odd(word)));
}
const said = (word: string): InboundEvent => ({
  kind: 'message',
  source,
  key: `message:${word}`,
  externalId: word,
  sender: { scope: '', externalId: `person of ${source}` },
  content: { text: word },
});
const odd = (word: string): InboundEvent => ({ kind: 'malformed', source, key: `message:${word}`, reason: 'odd' });

async function receive(words: string): Promise<void> {
  const account = await house.get(Channels).account(channelId);
  await house.get(MessageManager).receive('scripted', { headers: {}, body: Buffer.from(words) }, account);
}

const replay = (order: Partial<ReplayOrder> = {}) =>
  house.get(Replayer).carryOut({ channelId, quarantinedOnly: true, ...order });

const texts = async () =>
  (
    await house.database.rows<{ text: string }>('SELECT text FROM messages WHERE channel_id = $1 ORDER BY seq', [
      channelId,
    ])
  ).map(({ text }) => text);

async function balance() {
  const { channelId: _, ...sums } = await house.get(Ledger).balance(channelId);
  const { received, stored, duplicate, ignored, refused, quarantined } = sums;
  expect(received).toBe(stored + duplicate + ignored + refused + quarantined);
  return sums;
}

it('takes in what was not understood then, in the order it came, and moves the sums along', async () => {
  understand(/^known/);
  await receive('known1 new1 known2');
  await receive('new2 new3');
  expect(await balance()).toMatchObject({ received: 5, stored: 2, quarantined: 3 });
  understand(/known|new/);
  expect(await replay()).toBe(3);
  expect(await texts()).toEqual(['known1', 'known2', 'new1', 'new2', 'new3']);
  expect(await balance()).toMatchObject({ received: 5, stored: 5, quarantined: 0, duplicate: 0 });
});

it('changes nothing where it was applied', async () => {
  understand(/^known/);
  await receive('known1 new1');
  understand(/known|new/);
  await replay();
  const before = await balance();
  expect(await replay()).toBe(0);
  expect(await replay({ quarantinedOnly: false, keys: ['message:known1', 'message:new1'] })).toBe(0);
  expect(await balance()).toEqual(before);
  await receive('known1 new1');
  expect(await texts()).toEqual(['known1', 'new1']);
});

it('two at once apply it once', async () => {
  understand(/^known/);
  await receive('known1 new1 new2');
  understand(/known|new/);
  const counts = await Promise.all([replay(), replay(), replay()]);
  expect(counts.reduce((sum, count) => sum + count)).toBe(2);
  expect(await texts()).toEqual(['known1', 'new1', 'new2']);
  expect(await balance()).toMatchObject({ received: 3, stored: 3, duplicate: 0 });
});

it('what is not understood today either stays where it is', async () => {
  understand(/^known/);
  await receive('known1 new1 odd1');
  understand(/known|new/);
  await replay();
  expect(await balance()).toMatchObject({ received: 3, stored: 2, quarantined: 1 });
});

it('takes the events that were named, or came in at a time, and no other', async () => {
  understand(/^known/);
  await receive('new1 new2');
  const between = new Date(Date.now() + 1).toISOString();
  while (new Date().toISOString() <= between);
  await receive('new3');
  understand(/known|new/);
  await replay({ keys: ['message:new2'], quarantinedOnly: false });
  expect(await texts()).toEqual(['new2']);
  await replay({ from: between, quarantinedOnly: false });
  expect(await texts()).toEqual(['new2', 'new3']);
});

it('takes in what was refused while the channel was inactive', async () => {
  understand(/new/);
  await house.database.rows('UPDATE channels SET active = false WHERE id = $1', [channelId]);
  await receive('new1 new2');
  expect(await balance()).toMatchObject({ received: 2, refused: 2 });
  await house.database.rows('UPDATE channels SET active = true WHERE id = $1', [channelId]);
  expect(await replay()).toBe(0);
  expect(await replay({ quarantinedOnly: false })).toBe(2);
  expect(await balance()).toMatchObject({ received: 2, stored: 2, refused: 0 });
});

it('takes in what a program handed in while the channel was inactive, whatever the messenger makes of the unified form', async () => {
  house.scripted.convert = () => [{ kind: 'ignored', source, key: 'unknown', reason: 'unknown_event' }];
  const handIn = () =>
    house.get(MessageManager).receiveUnified({
      channelId,
      externalId: 'm-1',
      sender: { externalId: `person of ${source}` },
      text: 'Handed in',
    });
  await house.database.rows('UPDATE channels SET active = false WHERE id = $1', [channelId]);
  expect(await handIn()).toMatchObject({ outcome: 'refused' });
  await house.database.rows('UPDATE channels SET active = true WHERE id = $1', [channelId]);
  expect(await replay({ quarantinedOnly: false })).toBe(1);
  expect(await texts()).toEqual(['Handed in']);
  expect(await handIn()).toMatchObject({ outcome: 'stored', duplicate: true, seq: 1 });
  expect(await balance()).toMatchObject({ received: 2, stored: 1, duplicate: 1, refused: 0, ignored: 0 });
});

it('what was stored without being understood is shown, in its place, as it is understood today', async () => {
  understand(/./);
  const shown = house.scripted.convert;
  house.scripted.convert = (request) =>
    shown(request).map((event) =>
      event.kind === 'message' && event.content.text?.startsWith('riddle')
        ? { ...event, content: { unsupported: { kind: 'riddle' } } }
        : event,
    );
  await receive('known1 riddle1 known2');
  await receive('riddle2');
  const before = await balance();
  expect(await texts()).toEqual(['known1', null, 'known2', null]);
  expect(await replay({ quarantinedOnly: false })).toBe(0);
  house.scripted.convert = shown;
  expect(await replay()).toBe(0);
  expect(await replay({ quarantinedOnly: false, keys: ['message:riddle1'] })).toBe(1);
  expect(await texts()).toEqual(['known1', 'riddle1', 'known2', null]);
  const counts = await Promise.all([replay({ quarantinedOnly: false }), replay({ quarantinedOnly: false })]);
  expect(counts.sort()).toEqual([0, 1]);
  expect(await texts()).toEqual(['known1', 'riddle1', 'known2', 'riddle2']);
  const messages = await house.database.rows('SELECT content, edited_at FROM messages WHERE channel_id = $1', [
    channelId,
  ]);
  expect(messages).toEqual(messages.map(() => ({ content: null, edited_at: null })));
  expect(await balance()).toEqual(before);
});

it('bodies are kept encrypted for the configured time; of what is in quarantine for good', async () => {
  understand(/^known/);
  await house.database.rows('UPDATE channels SET active = false WHERE id = $1', [channelId]);
  await receive('known1');
  await house.database.rows('UPDATE channels SET active = true WHERE id = $1', [channelId]);
  await receive('known2 new1');
  const kept = () =>
    house.database.rows<{ body: Buffer; words: string[] }>(
      `SELECT r.body, array_agg(l.event_key) AS words FROM raw_bodies r JOIN ledger l ON l.raw_id = r.id
       WHERE l.channel_id = $1 GROUP BY r.id ORDER BY r.id`,
      [channelId],
    );
  const words = async () => (await kept()).map((body) => body.words);
  expect(await words()).toEqual([['message:known1'], ['message:new1']]);
  for (const { body } of await kept()) expect(body.toString('latin1')).not.toMatch(/known|new/);
  await house.get(RawBodies).forget(30);
  expect(await words()).toHaveLength(2);
  await house.database.rows(`UPDATE raw_bodies SET received_at = now() - interval '31 days'`);
  await house.get(RawBodies).forget(30);
  expect(await words()).toEqual([['message:new1']]);
  understand(/known|new/);
  expect(await replay({ quarantinedOnly: false })).toBe(1);
  expect(await texts()).toEqual(['known2', 'new1']);
});

it('a call that was not understood as a whole gives way to the events that are found in it today', async () => {
  house.scripted.convert = () => [{ kind: 'malformed', source, key: 'made up', reason: 'no_json' }];
  await receive('new1 new2');
  understand(/new/);
  expect(await replay()).toBe(2);
  expect(await replay()).toBe(0);
  expect(await texts()).toEqual(['new1', 'new2']);
  expect(await balance()).toMatchObject({ received: 2, stored: 2, quarantined: 0 });
});

it('orders are kept once for one key, say how much there is, and must say what they mean', async () => {
  understand(/^known/);
  await receive('new1 new2');
  const order = { channelId, quarantinedOnly: true };
  const answers = [
    await house.get(Replays).order(admin, order, 'k'),
    await house.get(Replays).order(admin, order, 'k'),
  ];
  expect(answers.map(({ body, replayed }) => [body.events, replayed])).toEqual([
    [2, false],
    [2, true],
  ]);
  const jobs = await house.database.rows(
    `SELECT 1 FROM graphile_worker.jobs WHERE task_identifier = 'messaging.replay'`,
  );
  expect(jobs).toHaveLength(1);
  await expect(house.get(Replays).order(admin, { channelId, quarantinedOnly: false })).rejects.toMatchObject({
    statusCode: 422,
  });
});
