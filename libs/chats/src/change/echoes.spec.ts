import { newId } from '#database';
import { EventLog } from '#events';
import { Deliveries } from '../outgoing/deliveries.js';
import {
  type ChangeHouse,
  echo,
  edit,
  minute,
  openChangeHouse,
  type Person,
  reaction,
  receipt,
  upTo,
} from '../testing/change-house.js';
import { MessageChanges } from './message-changes.js';
import { WaitingSweep } from './waiting-sweep.js';

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

const outboundOf = async (person: Person) =>
  (await house.said(await house.chatOf(person))).filter(({ direction }) => direction === 'outbound');

async function previewOf(person: Person): Promise<string | null> {
  const chat = await house.database.row<{ preview: string | null }>(
    'SELECT last_message_preview AS preview FROM chats WHERE id = $1',
    [await house.chatOf(person)],
  );
  return chat!.preview;
}

async function lookAgain(person: Person): Promise<void> {
  await house.database.rows('UPDATE waiting_changes SET look_at = now() WHERE channel_id = $1', [person.channelId]);
  await house.get(WaitingSweep).sweep();
}

async function leaveUnconfirmed(person: Person): Promise<void> {
  const chatId = await house.chatOf(person);
  await house.database.transaction((tx) => house.get(Deliveries).leaveUnconfirmed(tx, chatId));
}

test('our own message that comes back after the answer makes no second one', async () => {
  const person = await aWriter();
  const id = await house.sent(person, 'o1', minute(1));
  await house.happens(echo(person, 'o1', { ownId: id, sentAt: minute(2) }));
  await house.happens(echo(person, 'o1', { sentAt: minute(2) }));
  expect(await outboundOf(person)).toMatchObject([
    { id, externalId: 'o1', status: 'sent', sentAt: minute(2), text: 'Hello' },
  ]);
});

test('our own message that comes back before the answer is sent by that', async () => {
  const person = await aWriter();
  const one = await house.sending(person);
  await house.happens(echo(person, 'o1', { ownId: one.messageId, sentAt: minute(2) }));
  expect(await outboundOf(person)).toMatchObject([{ id: one.messageId, externalId: 'o1', status: 'sent' }]);
  await house.answered(one, minute(1), 'o1');
  expect(await outboundOf(person)).toMatchObject([{ id: one.messageId, externalId: 'o1', sentAt: minute(2) }]);
});

test('an echo and the answer at the same moment, many times', async () => {
  const person = await aWriter();
  for (let round = 0; round < 10; round++) {
    const one = await house.sending(person);
    const comesBack = echo(person, `o${round}`, round % 2 ? { ownId: one.messageId } : {});
    await Promise.all([house.answered(one, minute(round), `o${round}`), house.happens(comesBack)]);
    await lookAgain(person);
  }
  const outbound = await outboundOf(person);
  expect(outbound).toHaveLength(10);
  expect(outbound.every(({ status }) => status === 'sent')).toBe(true);
});

test('an echo proves a message of unknown fate', async () => {
  const person = await aWriter();
  const one = await house.sending(person);
  await leaveUnconfirmed(person);
  await house.happens(echo(person, 'o1', { ownId: one.messageId }));
  expect(await outboundOf(person)).toMatchObject([{ id: one.messageId, externalId: 'o1', status: 'sent' }]);
});

test('an echo that never tells whose it is proves a message of unknown fate that says the same, and no other', async () => {
  const person = await aWriter();
  const [one, other] = [await house.sending(person, 'On its way'), await house.queued(person, 'On its way')];
  await leaveUnconfirmed(person);
  const at = (await house.byId(one.messageId)).sentAt.getTime();
  const comes = (externalId: string, text: string, later: number) =>
    house.happens(echo(person, externalId, { mayBeOurs: true, content: { text }, sentAt: new Date(at + later) }));
  await comes('f1', 'Something else', 1_000);
  await comes('f2', 'On its way', 11 * 60_000);
  await comes('f3', 'On its way', -2 * 60_000);
  expect((await house.byId(one.messageId)).status).toBe('unconfirmed');
  await comes('o1', ' On its way', 1_000);
  await comes('o1', ' On its way', 1_000);
  expect(await house.byId(one.messageId)).toMatchObject({ status: 'sent', externalId: 'o1', text: 'On its way' });
  expect((await house.byId(other.messageId)).status).toBe('queued');
  expect(await outboundOf(person)).toHaveLength(5);
});

test('an echo that never tells whose it is proves what waited for hours before it was tried, and nothing tried long ago', async () => {
  const person = await aWriter();
  const one = await house.queued(person, 'On its way');
  await house.database.rows(`UPDATE messages SET sent_at = now() - interval '3 hours' WHERE id = $1`, [one.messageId]);
  const chatId = await house.chatOf(person);
  await house.database.transaction((tx) => house.get(Deliveries).startSending(tx, chatId, 3_600_000));
  await leaveUnconfirmed(person);
  const comes = (externalId: string, minutes: number) => {
    const sentAt = new Date(Date.now() + minutes * 60_000);
    return house.happens(echo(person, externalId, { mayBeOurs: true, content: { text: 'On its way' }, sentAt }));
  };
  await comes('f1', 5);
  expect((await house.byId(one.messageId)).status).toBe('unconfirmed');
  await comes('o1', 1);
  expect(await house.byId(one.messageId)).toMatchObject({ status: 'sent', externalId: 'o1' });
  expect(await outboundOf(person)).toHaveLength(2);
});

test('an echo that never tells whose it is waits while a message is being sent, and proves it when its answer is lost', async () => {
  const person = await aWriter();
  const one = await house.sending(person, 'On its way');
  const sentAt = (await house.byId(one.messageId)).sentAt;
  await house.happens(echo(person, 'o1', { mayBeOurs: true, content: { text: 'On its way' }, sentAt }));
  expect(await outboundOf(person)).toHaveLength(1);
  await leaveUnconfirmed(person);
  await lookAgain(person);
  expect(await outboundOf(person)).toMatchObject([{ id: one.messageId, status: 'sent', externalId: 'o1' }]);
});

test('an echo keeps a message from being sent again', async () => {
  const person = await aWriter();
  const one = await house.sending(person);
  await leaveUnconfirmed(person);
  await house.database.transaction((tx) => house.get(Deliveries).requeue(tx, one.messageId, ['unconfirmed']));
  await house.happens(echo(person, 'o1', { ownId: one.messageId }));
  expect(await outboundOf(person)).toMatchObject([{ id: one.messageId, status: 'sent' }]);
});

test('an id that is not of this chat, or of nothing that was tried, proves nothing', async () => {
  const [person, other] = [await aWriter(), await aWriter()];
  const theirs = await house.sending(other);
  await house.happens(echo(person, 'f1', { ownId: theirs.messageId }), echo(person, 'f2', { ownId: newId() }));
  await house.happens(echo(person, 'f3', { ownId: 'DROP TABLE' }));
  const never = await house.queued(person);
  await house.happens(echo(person, 'f4', { ownId: never.messageId }));
  expect((await house.byId(theirs.messageId)).status).toBe('sending');
  expect((await house.byId(never.messageId)).status).toBe('queued');
  const foreign = (await outboundOf(person)).filter(({ externalId }) => externalId !== null);
  expect(foreign.map(({ externalId }) => externalId)).toEqual(['f1', 'f2', 'f3', 'f4']);
});

test('what was written elsewhere is a message of the account in the open chat, and shows in lists', async () => {
  const person = await aWriter();
  await house.happens(echo(person, 'f1', { content: { text: 'By phone' }, sentAt: minute(5) }));
  expect(await outboundOf(person)).toMatchObject([{ seq: 2, text: 'By phone', status: 'sent', sentAt: minute(5) }]);
  const chatId = await house.chatOf(person);
  const chat = await house.database.row(
    'SELECT last_seq, inbound_count, last_message_preview, last_message_direction FROM chats WHERE id = $1',
    [chatId],
  );
  expect(chat).toEqual({
    last_seq: 2,
    inbound_count: 1,
    last_message_preview: 'By phone',
    last_message_direction: 'outbound',
  });
  expect((await house.newsOf(chatId)).at(-1)).toMatchObject({ type: 'message.echoed', data: { preview: 'By phone' } });
});

test('what was written elsewhere breaks the silence, also with the same words as before', async () => {
  const person = await aWriter();
  for (const [id, at] of [1, 9, 5].entries()) {
    await house.happens(echo(person, `f${id}`, { content: { text: 'Ok' }, sentAt: minute(at) }));
  }
  const times = 'SELECT last_message_at AS "messageAt", last_outbound_at AS "outboundAt" FROM chats WHERE id = $1';
  expect(await house.database.row(times, [await house.chatOf(person)])).toEqual({
    messageAt: minute(9),
    outboundAt: minute(9),
  });
});

test('what was written elsewhere goes into the last chat when none is open, and opens none', async () => {
  const person = await aWriter();
  await house.closeChat(person);
  await house.happens(echo(person, 'f1'));
  expect(await outboundOf(person)).toMatchObject([{ seq: 2, externalId: 'f1' }]);
  const chats = await house.database.rows('SELECT 1 FROM chats WHERE channel_id = $1', [person.channelId]);
  expect(chats).toHaveLength(1);
});

test('what was written to somebody without a chat waits until they write', async () => {
  const person = await house.aPerson();
  await house.happens(echo(person, 'f1', { sentAt: minute(1) }), upTo(person, 'read', minute(2)));
  await house.happens(edit(person, 'f1', 'Corrected', minute(2)));
  await house.says(person, 'm1', { text: 'Hello' }, minute(3));
  await lookAgain(person);
  expect(await outboundOf(person)).toMatchObject([{ seq: 2, text: 'Corrected', status: 'read' }]);
});

test('an echo without a proof waits while a message is being sent: it may be that one, or not', async () => {
  const person = await aWriter();
  const one = await house.sending(person);
  await house.happens(echo(person, 'o1'), echo(person, 'f1'));
  expect(await outboundOf(person)).toHaveLength(1);
  await house.answered(one, minute(1), 'o1');
  await lookAgain(person);
  const outbound = await outboundOf(person);
  expect(outbound).toMatchObject([
    { id: one.messageId, externalId: 'o1', status: 'sent' },
    { externalId: 'f1', status: 'sent' },
  ]);
});

test('a copy that was taken for one written elsewhere makes room when the late answer tells', async () => {
  const person = await aWriter();
  const one = await house.sending(person);
  await leaveUnconfirmed(person);
  await house.happens(echo(person, 'o1'));
  await house.answered(one, minute(1), 'o1');
  expect(await outboundOf(person)).toMatchObject([
    { id: one.messageId, externalId: 'o1', status: 'sent', text: 'Hello' },
    { externalId: null, text: null, deletedAt: expect.any(Date) as Date },
  ]);
});

test('what happened to such a copy happened to the message, and lists show that one', async () => {
  const person = await aWriter();
  const one = await house.sending(person, 'Our answer');
  await leaveUnconfirmed(person);
  await house.happens(echo(person, 'o1', { content: { text: 'Our answer' }, sentAt: minute(5) }));
  await house.happens(edit(person, 'o1', 'Our better answer', minute(6)), reaction(person, 'o1', ['👍'], minute(7)));
  await house.happens(receipt(person, { status: 'read', targets: ['o1'] }));
  await house.answered(one, minute(4), 'o1');
  const reactions = [{ by: 'contact', emojis: ['👍'] }];
  const expected = { text: 'Our better answer', status: 'read', content: { reactions }, editedAt: minute(6) };
  expect(await house.byId(one.messageId)).toMatchObject(expected);
  expect(await previewOf(person)).toBe('Our better answer');
});

test('a message whose id the messenger gives once more stays what it is', async () => {
  const person = await aWriter();
  const [one, other] = [await house.sending(person, 'One'), await house.queued(person, 'Other')];
  await house.answered(one, minute(1), 'o1');
  const chatId = await house.chatOf(person);
  await house.database.transaction((tx) => house.get(Deliveries).startSending(tx, chatId, 3_600_000));
  await house.answered(other, minute(2), 'o1');
  const third = await house.sending(person, 'Third');
  await house.happens(echo(person, 'o1', { ownId: third.messageId }));
  await house.answered(third, minute(3), 'm1', 'o3');
  expect(await house.said(chatId)).toMatchObject([
    { text: 'Hello', externalId: 'm1', deletedAt: null },
    { text: 'One', externalId: 'o1', deletedAt: null, status: 'sent' },
    { text: 'Other', externalId: null, status: 'sent' },
    { text: 'Third', externalId: 'o3', status: 'sent' },
  ]);
});

test('an album is one message with all its ids', async () => {
  const person = await aWriter();
  const one = await house.sending(person);
  await house.answered(one, minute(1), 'o1', 'o2', 'o3');
  await house.happens(echo(person, 'o3'), edit(person, 'o2', 'Caption', minute(2)));
  expect(await outboundOf(person)).toMatchObject([{ id: one.messageId, externalId: 'o1', text: 'Caption' }]);
});

test('what somebody of ours did is written down with its event', async () => {
  const person = await aWriter();
  const id = await house.sent(person, 'o1', minute(1));
  const record = (change: Parameters<MessageChanges['record']>[2]) =>
    house.database.transaction(async (tx) => {
      const news = await house.get(MessageChanges).record(tx, id, change);
      await house.get(EventLog).record(tx, news);
    });
  await record({ kind: 'edit', content: { text: 'Better' } });
  await record({ kind: 'reaction', emoji: '👍' });
  expect(await house.byId(id)).toMatchObject({ text: 'Better', editedAt: expect.any(Date) as Date });
  await record({ kind: 'deletion' });
  expect(await house.byId(id)).toMatchObject({ text: null, content: null, deletedAt: expect.any(Date) as Date });
  const types = (await house.newsOf(await house.chatOf(person))).map(({ type }) => type);
  expect(types.slice(-3)).toEqual(['message.edited', 'message.reacted', 'message.deleted']);
});

const lastOf = async (person: Person) =>
  house.database.row(
    `SELECT last_message_preview AS preview, last_message_at AS at, last_outbound_at AS "outboundAt" FROM chats WHERE id = $1`,
    [await house.chatOf(person)],
  );

test('what was written elsewhere is the last that was said, also when it looks like the one before', async () => {
  const person = await aWriter();
  for (const at of [1, 2]) {
    await house.happens(echo(person, `f${at}`, { sentAt: minute(at), content: { attachments: [{ type: 'image' }] } }));
    expect(await lastOf(person)).toEqual({ preview: '[image]', at: minute(at), outboundAt: minute(at) });
  }
});

test('of what was written elsewhere the latest counts, also behind what the person has said since', async () => {
  const person = await aWriter();
  await house.says(person, 'm2', { text: 'Thank you' }, minute(9));
  await house.happens(echo(person, 'f2', { sentAt: minute(2) }), echo(person, 'f1', { sentAt: minute(1) }));
  expect(await lastOf(person)).toEqual({ preview: 'Thank you', at: minute(9), outboundAt: minute(2) });
});
