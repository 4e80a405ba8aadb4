import { newId } from '#database';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { batchOf } from '../testing/arrivals.js';
import { Batch } from './batch.js';
import { ChatIntake } from './chat-intake.js';

/** Real: PostgreSQL and its server function. */
let house: ChatHouse;
let intake: ChatIntake;
beforeAll(async () => {
  house = await openChatHouse();
  intake = house.get(ChatIntake);
});
afterAll(() => house.close());

const at = new Date('2026-11-22T10:00:00Z');
const second = (number: number) => new Date(at.getTime() + number * 1_000);

async function aPlace() {
  const queue = await house.aQueue();
  return { channelId: await house.aChannel(queue), identityId: await house.aContact(), queueId: queue };
}
type Place = Awaited<ReturnType<typeof aPlace>>;

function message({ channelId, identityId }: Place, externalId: string, sentAt = at) {
  return { channelId, identityId, externalId, sentAt, content: { text: `says ${externalId}` } };
}

function stored(place: Place) {
  return house.database.rows<{ external_id: string; seq: number; inbound_ordinal: number }>(
    `SELECT m.external_id, m.seq, m.inbound_ordinal FROM messages m JOIN chats c ON c.id = m.chat_id
     WHERE c.identity_id = $1 ORDER BY m.seq`,
    [place.identityId],
  );
}

function chatOf(place: Place) {
  return house.database.row(
    `SELECT last_seq, inbound_count, last_message_preview FROM chats WHERE identity_id = $1 AND status <> 'closed'`,
    [place.identityId],
  );
}

function sums(channelId: string) {
  return house.database.row(
    `SELECT sum(received)::int AS received, sum(stored)::int AS stored, sum(duplicate)::int AS duplicate,
       sum(ignored)::int AS ignored FROM ledger_totals WHERE channel_id = $1`,
    [channelId],
  );
}

it('numbers a batch of several people in the order of arrival, and shows the newest by the messenger’s clock', async () => {
  const [anna, ben] = [await aPlace(), await aPlace()];
  await house.receive([message(anna, 'a1'), message(ben, 'b1')]);
  const batch = [
    message(anna, 'a2', second(9)),
    message(ben, 'b2'),
    message(anna, 'a3', second(5)),
    message(anna, 'a4', second(7)),
  ];
  expect(await intake.take(house.database, batchOf(batch, at), at)).toEqual([]);
  const numbers = (ids: string[]) => ids.map((id, i) => ({ external_id: id, seq: i + 1, inbound_ordinal: i + 1 }));
  expect(await stored(anna)).toEqual(numbers(['a1', 'a2', 'a3', 'a4']));
  expect(await stored(ben)).toEqual(numbers(['b1', 'b2']));
  expect(await chatOf(anna)).toEqual({ last_seq: 4, inbound_count: 4, last_message_preview: 'says a2' });
});

it('duplicates, within the batch and from before, take no number and leave no gap', async () => {
  const anna = await aPlace();
  await house.receive([message(anna, 'a1'), message(anna, 'a2')]);
  const again = ['a1', 'a3', 'a3', 'a2', 'a4'].map((id, i) => message(anna, id, second(i)));
  await intake.take(house.database, batchOf(again, at), at);
  expect((await stored(anna)).map(({ external_id, seq }) => [external_id, seq])).toEqual([
    ['a1', 1],
    ['a2', 2],
    ['a3', 3],
    ['a4', 4],
  ]);
  expect(await chatOf(anna)).toEqual({ last_seq: 4, inbound_count: 4, last_message_preview: 'says a4' });
  expect(await sums(anna.channelId)).toEqual({ received: 7, stored: 4, duplicate: 3, ignored: 0 });
});

it('leaves messages of people without an open chat untouched, and takes all others', async () => {
  const [anna, stranger] = [await aPlace(), await aPlace()];
  await house.receive([message(anna, 'a1')]);
  const batch = [message(stranger, 's1'), message(anna, 'a1'), message(anna, 'a2'), message(stranger, 's2')];
  const skipped = [1, 4].map((event) => ({ event, chatId: null, skipped: true }));
  expect(await intake.take(house.database, batchOf(batch, at), at)).toEqual(skipped);
  expect(await chatOf(stranger)).toBeUndefined();
  expect(await sums(stranger.channelId)).toMatchObject({ received: null });
  expect(await sums(anna.channelId)).toEqual({ received: 3, stored: 2, duplicate: 1, ignored: 0 });
  await house.receive([message(stranger, 's1'), message(stranger, 's2')]);
  expect(await chatOf(stranger)).toMatchObject({ last_seq: 2 });
});

it.each([false, true])(
  'counts what is known, too, where a stranger writes; another event comes again: %s',
  async (twice) => {
    const anna = await aPlace();
    const stranger = { ...anna, identityId: await house.aContact() };
    await house.receive([message(anna, 'a1'), message(anna, 'a2')]);
    const batch = batchOf([message(stranger, 's1'), message(anna, 'a3')], at);
    batch.addKnown(anna.channelId, 'message:a1');
    const entry = {
      channelId: anna.channelId,
      key: 'message:a2',
      outcome: 'stored',
      reason: null,
      rawId: null,
    } as const;
    if (twice) batch.add({ ...entry, receivedAt: at, wanted: false }, () => undefined);
    const duplicate = twice ? 2 : 1;
    await intake.take(house.database, batch, at);
    expect(await sums(anna.channelId)).toEqual({ received: 3 + duplicate, stored: 3, duplicate, ignored: 0 });
  },
);

it('a chat begins with the messages it was opened for, and is numbered on from there', async () => {
  const anna = await aPlace();
  await house.receive([message(anna, 'a1', second(2)), message(anna, 'a2', second(1))]);
  expect(await chatOf(anna)).toEqual({ last_seq: 2, inbound_count: 2, last_message_preview: 'says a1' });
  await intake.take(house.database, batchOf([message(anna, 'a3', second(3))], at), at);
  expect((await stored(anna)).map(({ external_id, seq }) => [external_id, seq])).toEqual([
    ['a1', 1],
    ['a2', 2],
    ['a3', 3],
  ]);
});

it('opens no chat for a message that came in elsewhere meanwhile, but begins anew', async () => {
  const anna = await aPlace();
  const chatId = await house.arrive(anna, ['Hello']);
  await intake.take(house.database, batchOf([message(anna, 'a1')], at), at);
  await house.database.rows(
    `UPDATE chats SET status = 'closed', closed_at = now(), waiting_since = NULL WHERE id = $1`,
    [chatId],
  );
  const again = house.receive([message(anna, 'a1'), message(anna, 'a2')]);
  await expect(again).rejects.toMatchObject({ code: '40001' });
  expect(await chatOf(anna)).toBeUndefined();
});

it('answers which of the wanted events are new, with the chat of those that are messages', async () => {
  const anna = await aPlace();
  const chatId = await house.arrive(anna, ['Hello']);
  const writer = { channelId: anna.channelId, messenger: 'pigeon', scope: '', externalId: anna.identityId };
  const entry = { channelId: anna.channelId, reason: null, rawId: null, receivedAt: at, wanted: true };
  const said = { id: newId(), writer, externalId: 'w1', sentAt: at, content: { text: 'Look' } };
  const aBatch = () => {
    const batch = new Batch();
    batch.add({ ...entry, key: 'message:w1', outcome: 'stored' }, () => said);
    batch.add({ ...entry, key: 'typing:1', outcome: 'ignored', reason: 'typing' }, () => undefined);
    return batch;
  };
  expect(await intake.take(house.database, aBatch(), at)).toEqual([
    { event: 1, chatId, skipped: false },
    { event: 2, chatId: null, skipped: false },
  ]);
  expect(await intake.take(house.database, aBatch(), at)).toEqual([]);
});

it('a message whose chat is closed just then begins anew instead of landing in a closed chat', async () => {
  const anna = await aPlace();
  const chatId = await house.arrive(anna, ['Hello']);
  const batch = batchOf([message(anna, 'late')], at);
  let taking: Promise<unknown> | undefined;
  await house.database.transaction(async (tx) => {
    await tx.query(`UPDATE chats SET status = 'closed', closed_at = now(), waiting_since = NULL WHERE id = $1`, [
      chatId,
    ]);
    taking = intake.take(house.database, batch, at).catch((error: unknown) => error);
    await house.somebodyWaits();
  });
  expect(await taking).toMatchObject({ code: '40001' });
  expect(await stored(anna)).toHaveLength(1);
});

it('of two who enter the same event at once one begins anew, and finds it there', async () => {
  const anna = await aPlace();
  await house.arrive(anna, ['Hello']);
  const batch = batchOf([message(anna, 'twice')], at);
  let taking: Promise<unknown> | undefined;
  await house.database.transaction(async (tx) => {
    await intake.take(tx, batchOf([message(anna, 'twice')], at), at);
    taking = intake.take(house.database, batch, at).catch((error: unknown) => error);
    await house.somebodyWaits();
  });
  expect(await taking).toMatchObject({ code: '40001' });
  expect(await intake.take(house.database, batch, at)).toEqual([]);
  expect(await stored(anna)).toHaveLength(2);
  expect(await sums(anna.channelId)).toMatchObject({ received: 3, stored: 2, duplicate: 1 });
});

it('takes what is seldom, among what is usual: other outcomes, pictures without words, one person twice', async () => {
  const [anna, ben] = [await aPlace(), await aPlace()];
  await house.receive([message(anna, 'a1'), message(ben, 'b1')]);
  const picture = { attachments: [{ type: 'image' as const, name: 'lamp.jpg' }] };
  const mixed = batchOf(
    [
      { ...message(anna, 'a2'), content: picture },
      message(ben, 'b1'),
      message(ben, 'b2', second(1)),
      message(anna, 'a3', second(2)),
    ],
    at,
  );
  const ignored = { channelId: anna.channelId, key: 'seen:1', outcome: 'ignored' as const, reason: 'not_for_us' };
  mixed.add({ ...ignored, rawId: newId(), receivedAt: at, wanted: false }, () => undefined);
  expect(await intake.take(house.database, mixed, at)).toEqual([]);
  expect((await stored(anna)).map(({ external_id, seq }) => [external_id, seq])).toEqual([
    ['a1', 1],
    ['a2', 2],
    ['a3', 3],
  ]);
  expect((await stored(ben)).map(({ external_id, seq }) => [external_id, seq])).toEqual([
    ['b1', 1],
    ['b2', 2],
  ]);
  const events = await house.database.rows(
    `SELECT seq, data::json->>'preview' AS preview FROM logged_events WHERE type = 'message.received' AND chat_id = $1 ORDER BY id`,
    [(await house.database.row<{ id: string }>('SELECT id FROM chats WHERE identity_id = $1', [anna.identityId]))!.id],
  );
  expect(events).toEqual([
    { seq: 1, preview: 'says a1' },
    { seq: 2, preview: '[image]' },
    { seq: 3, preview: 'says a3' },
  ]);
  const kept = await house.database.row(
    `SELECT outcome, reason FROM ledger WHERE channel_id = $1 AND event_key = 'seen:1'`,
    [anna.channelId],
  );
  expect(kept).toEqual({ outcome: 'ignored', reason: 'not_for_us' });
  expect(await sums(anna.channelId)).toEqual({ received: 4, stored: 3, duplicate: 0, ignored: 1 });
});
