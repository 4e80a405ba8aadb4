import { type ChangeHouse, minute, openChangeHouse, type Person, receipt, upTo } from '../testing/change-house.js';
import { Deliveries } from '../outgoing/deliveries.js';

let house: ChangeHouse;
beforeAll(async () => {
  house = await openChangeHouse();
});
afterAll(() => house.close());

async function aWriter(): Promise<Person> {
  const person = await house.aPerson();
  await house.says(person, 'm1', { text: 'Hello' });
  return person;
}

const statusOf = async (messageId: string) => (await house.byId(messageId)).status;

test('a receipt by id moves the message forward, once', async () => {
  const person = await aWriter();
  const id = await house.sent(person, 'o1', minute(1));
  await house.happens(receipt(person, { status: 'delivered', targets: ['o1'] }));
  await house.happens(receipt(person, { status: 'delivered', targets: ['o1'] }));
  expect(await statusOf(id)).toBe('delivered');
  const news = (await house.newsOf(await house.chatOf(person))).filter(({ data }) => data['status'] === 'delivered');
  expect(news).toHaveLength(1);
});

test('receipts never move a message back', async () => {
  const person = await aWriter();
  const id = await house.sent(person, 'o1', minute(1));
  await house.happens(receipt(person, { status: 'read', targets: ['o1'] }));
  await house.happens(receipt(person, { status: 'delivered', targets: ['o1'] }));
  await house.happens(receipt(person, { status: 'failed', targets: ['o1'] }));
  expect(await statusOf(id)).toBe('read');
});

test('a receipt that it failed says why, and a later one may contradict it', async () => {
  const person = await aWriter();
  const id = await house.sent(person, 'o1', minute(1));
  const failure = { code: '131026', sentence: 'The number has no such app.' };
  await house.happens(receipt(person, { status: 'failed', targets: ['o1'], failure }));
  expect(await house.byId(id)).toMatchObject({ status: 'failed', failure });
  await house.happens(receipt(person, { status: 'delivered', targets: ['o1'] }));
  expect(await house.byId(id)).toMatchObject({ status: 'delivered', failure: null });
});

test('a receipt that comes before the messenger’s answer waits for it', async () => {
  const person = await aWriter();
  const one = await house.sending(person);
  await house.happens(receipt(person, { status: 'delivered', targets: ['o1'] }));
  await house.answered(one, minute(1), 'o1');
  expect(await statusOf(one.messageId)).toBe('delivered');
});

test('a receipt up to a moment covers what was sent until then, in closed chats too', async () => {
  const person = await aWriter();
  const before = await house.sent(person, 'o1', minute(1));
  await house.closeChat(person);
  await house.says(person, 'm2', { text: 'Again' }, minute(2));
  const until = await house.sent(person, 'o2', minute(3));
  const later = await house.sent(person, 'o3', minute(5));
  await house.happens(upTo(person, 'delivered', minute(4)));
  await house.happens(upTo(person, 'read', minute(2)));
  expect([await statusOf(before), await statusOf(until), await statusOf(later)]).toEqual(['read', 'delivered', 'sent']);
});

test('a receipt by id up to there covers what was sent before, in closed chats too, and nothing after', async () => {
  const person = await aWriter();
  const before = await house.sent(person, 'o1', minute(1));
  await house.closeChat(person);
  await house.says(person, 'm2', { text: 'Again' }, minute(2));
  const named = await house.sent(person, 'o2', minute(3));
  const later = await house.sent(person, 'o3', minute(5));
  const reads = (target: string) =>
    receipt(person, { status: 'read', person: person.sender, targets: [target], upToTargets: true });
  await house.happens(reads('m2'));
  expect(await statusOf(before)).toBe('sent');
  await house.happens(reads('o2'));
  expect([await statusOf(before), await statusOf(named), await statusOf(later)]).toEqual(['read', 'read', 'sent']);
  const one = await house.sending(person);
  await house.happens(reads('o4'));
  expect(await statusOf(later)).toBe('sent');
  await house.answered(one, minute(6), 'o4');
  expect([await statusOf(later), await statusOf(one.messageId)]).toEqual(['read', 'read']);
});

test('that a message was sent says nothing about what went before it', async () => {
  const person = await aWriter();
  const before = await house.sent(person, 'o1', minute(1));
  await house.sent(person, 'o2', minute(2));
  await house.happens(receipt(person, { status: 'sent', person: person.sender, targets: ['o2'], upToTargets: true }));
  expect(await statusOf(before)).toBe('sent');
});

test('a moment says nothing about what has not left, and all about it once it proves to have', async () => {
  const person = await aWriter();
  const one = await house.sending(person);
  await house.happens(upTo(person, 'read', minute(9)));
  expect(await statusOf(one.messageId)).toBe('sending');
  await house.answered(one, minute(8), 'o1');
  expect(await statusOf(one.messageId)).toBe('read');
});

test('a moment covers what a person knows to have arrived', async () => {
  const person = await aWriter();
  const one = await house.sending(person);
  const [deliveries, chatId] = [house.get(Deliveries), await house.chatOf(person)];
  await house.database.transaction((tx) => deliveries.leaveUnconfirmed(tx, chatId));
  expect(await house.database.transaction((tx) => deliveries.confirm(tx, one.messageId))).toBe(true);
  await house.happens(upTo(person, 'read', (await house.byId(one.messageId)).sentAt));
  expect(await statusOf(one.messageId)).toBe('read');
  expect(await house.database.transaction((tx) => deliveries.confirm(tx, one.messageId))).toBe(false);
});

test('what was rejected is not delivered by a moment; a second try has receipts of its own', async () => {
  const person = await aWriter();
  const one = await house.sending(person);
  const deliveries = house.get(Deliveries);
  const failed = { code: '1', sentence: 'No.' };
  await house.database.transaction((tx) => deliveries.settle(tx, one, 'failed', failed));
  await house.sent(person, 'o2', minute(2));
  await house.happens(upTo(person, 'read', minute(3)));
  expect(await statusOf(one.messageId)).toBe('failed');
  await house.database.transaction((tx) => deliveries.requeue(tx, one.messageId, ['failed']));
  const chatId = await house.chatOf(person);
  await house.database.transaction((tx) => deliveries.startSending(tx, chatId, 3_600_000));
  await house.answered({ ...one, attempt: 2 }, minute(4), 'o1');
  expect(await statusOf(one.messageId)).toBe('sent');
  await house.happens(upTo(person, 'read', minute(5)));
  expect(await statusOf(one.messageId)).toBe('read');
});

test('a second try after a receipt of failure has an id of its own, and the first one’s says nothing any more', async () => {
  const person = await aWriter();
  const [id, deliveries] = [await house.sent(person, 'o1', minute(1)), house.get(Deliveries)];
  await house.happens(receipt(person, { status: 'failed', targets: ['o1'] }));
  await house.database.transaction((tx) => deliveries.requeue(tx, id, ['failed']));
  const chatId = await house.chatOf(person);
  await house.database.transaction((tx) => deliveries.startSending(tx, chatId, 3_600_000));
  await house.answered({ messageId: id, attempt: 2 }, minute(2), 'o2');
  await house.happens(receipt(person, { status: 'failed', targets: ['o1'] }));
  expect(await house.byId(id)).toMatchObject({ externalId: 'o2', status: 'sent', sentAt: minute(2) });
  await house.happens(receipt(person, { status: 'delivered', targets: ['o2'] }));
  expect(await statusOf(id)).toBe('delivered');
});

test('while a second try is under way, or is to begin, one more report that the first one failed says nothing', async () => {
  const person = await aWriter();
  const [id, deliveries] = [await house.sent(person, 'o1', minute(1)), house.get(Deliveries)];
  const fails = () => house.happens(receipt(person, { status: 'failed', targets: ['o1'] }));
  await fails();
  await house.database.transaction((tx) => deliveries.requeue(tx, id, ['failed']));
  await fails();
  expect(await statusOf(id)).toBe('queued');
  const chatId = await house.chatOf(person);
  await house.database.transaction((tx) => deliveries.startSending(tx, chatId, 3_600_000));
  await fails();
  await house.answered({ messageId: id, attempt: 2 }, minute(2), 'o2');
  expect(await house.byId(id)).toMatchObject({ externalId: 'o2', status: 'sent' });
});

test('one person’s receipts are not another’s, nor another channel’s', async () => {
  const [one, other] = [await aWriter(), await aWriter()];
  const sent = await house.sent(one, 'o1', minute(1));
  await house.happens(upTo(other, 'read', minute(9)), upTo({ ...other, sender: one.sender }, 'read', minute(9)));
  await house.happens(upTo({ ...one, sender: other.sender }, 'read', minute(9)));
  expect(await statusOf(sent)).toBe('sent');
});

test('a batch of receipts is one step for each person', async () => {
  const people = await Promise.all([aWriter(), aWriter(), aWriter()]);
  const ids = await Promise.all(people.map((person) => house.sent(person, 'o1', minute(1))));
  const moments = [3, 1, 2].flatMap((at) =>
    people.map((person) => upTo(person, at === 3 ? 'delivered' : 'read', minute(at))),
  );
  await house.happens(...moments);
  for (const id of ids) expect(await statusOf(id)).toBe('read');
});

test('a receipt reads only what still waits for one, however long the chat', async () => {
  const person = await aWriter();
  const chatId = await house.chatOf(person);
  const { channelId } = person;
  await house.database.rows(
    `INSERT INTO messages (id, chat_id, channel_id, seq, direction, author_kind, status, sent_at, received_at)
     SELECT gen_random_uuid(), $1, $2, n, 'outbound', 'agent', 'read', now(), now() FROM generate_series(2, 2000) n`,
    [chatId, channelId],
  );
  await house.database.rows('UPDATE chats SET last_seq = 2000 WHERE id = $1', [chatId]);
  await house.sent(person, 'o1', minute(1));
  const from = () =>
    house.database.row('SELECT undelivered_from, unread_from FROM awaited_receipts WHERE chat_id = $1', [chatId]);
  expect(await from()).toEqual({ undelivered_from: 2001, unread_from: 2001 });
  await house.sent(person, 'o2', minute(3));
  await house.happens(upTo(person, 'delivered', minute(2)));
  expect(await from()).toEqual({ undelivered_from: 2002, unread_from: 2001 });
  await house.happens(upTo(person, 'read', minute(4)));
  expect(await from()).toEqual({ undelivered_from: null, unread_from: null });
});

async function anUnconfirmed(person: Person): Promise<string> {
  const one = await house.sending(person);
  const chatId = await house.chatOf(person);
  await house.database.transaction((tx) => house.get(Deliveries).leaveUnconfirmed(tx, chatId));
  return one.messageId;
}

test.each(['sent', 'delivered', 'failed'] as const)(
  'a receipt that gives our id back proves a message of unknown fate: %s',
  async (status) => {
    const person = await aWriter();
    const ownId = await anUnconfirmed(person);
    await house.happens(receipt(person, { status, targets: ['o1'], ownId }));
    expect(await house.byId(ownId)).toMatchObject({ status, externalId: 'o1' });
  },
);

test('our id proves nothing on another channel, and a receipt that only proves waits for nobody', async () => {
  const [person, other] = [await aWriter(), await aWriter()];
  const ownId = await anUnconfirmed(person);
  await house.happens(receipt(other, { status: 'sent', targets: ['o1'], ownId }));
  await house.happens(receipt(person, { status: 'sent', targets: ['o2'], ownId: 'none of ours' }));
  expect(await house.byId(ownId)).toMatchObject({ status: 'unconfirmed', externalId: null });
  const waiting = 'SELECT FROM waiting_changes WHERE channel_id = ANY ($1::uuid[])';
  expect(await house.database.rows(waiting, [[person.channelId, other.channelId]])).toEqual([]);
});

test('a late receipt of a first try proves nothing new: the second try stays queued', async () => {
  const person = await aWriter();
  const ownId = await house.sent(person, 'o1', minute(1));
  await house.happens(receipt(person, { status: 'failed', targets: ['o1'], ownId }));
  await house.database.transaction((tx) => house.get(Deliveries).requeue(tx, ownId, ['failed']));
  await house.happens(receipt(person, { status: 'sent', targets: ['o1'], ownId }));
  expect(await house.byId(ownId)).toMatchObject({ status: 'queued' });
});

test('a late receipt of a first try says nothing about the second one, which has an id of its own', async () => {
  const person = await aWriter();
  const ownId = await anUnconfirmed(person);
  const [deliveries, chatId] = [house.get(Deliveries), await house.chatOf(person)];
  await house.database.transaction((tx) => deliveries.requeue(tx, ownId, ['unconfirmed']));
  await house.database.transaction((tx) => deliveries.startSending(tx, chatId, 3_600_000));
  await house.answered({ messageId: ownId, attempt: 2 }, minute(2), 'o2');
  await house.happens(receipt(person, { status: 'failed', targets: ['o1'], ownId }));
  expect(await house.byId(ownId)).toMatchObject({ status: 'sent', externalId: 'o2' });
});
