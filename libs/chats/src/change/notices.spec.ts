import { OutgoingMessages } from '../outgoing/outgoing-messages.js';
import { ChatViews } from '../chat/chat-views.js';
import { type ChangeHouse, minute, notice, openChangeHouse, type Person } from '../testing/change-house.js';

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

async function policyOf(person: Person) {
  const supervisor = await house.anAgent({ role: 'supervisor' });
  const chatId = await house.chatOf(person);
  await house.database.rows(`UPDATE chats SET status = 'in_progress', agent_id = $2 WHERE id = $1`, [
    chatId,
    supervisor.id,
  ]);
  const { sendPolicy } = await house.get(ChatViews).get(supervisor, chatId);
  const chat = await house.database.transaction((tx) => house.get(OutgoingMessages).answerable(tx, supervisor, chatId));
  expect(chat.blocked).toBe(!sendPolicy.allowed);
  return sendPolicy;
}

test('a notice is a line in the open chat; no preview and no count changes', async () => {
  const person = await aWriter();
  await house.happens(
    notice(person, 'referral', { referral: { ref: 'summer', source: 'ADS' } }),
    notice(person, 'opt_out'),
  );
  const chatId = await house.chatOf(person);
  expect(await house.said(chatId)).toMatchObject([
    { seq: 1, text: 'Hello' },
    { seq: 2, direction: 'system', text: 'The contact came back through a link (ADS: summer).' },
    { seq: 3, direction: 'system' },
  ]);
  const chat = await house.database.row(
    'SELECT last_seq, inbound_count, last_message_preview FROM chats WHERE id = $1',
    [chatId],
  );
  expect(chat).toEqual({ last_seq: 3, inbound_count: 1, last_message_preview: 'Hello' });
  expect((await house.newsOf(chatId)).at(-1)).toMatchObject({ type: 'message.noted' });
});

test('a notice about somebody without an open chat leaves no line', async () => {
  const person = await aWriter();
  await house.closeChat(person);
  const stranger = await house.aPerson();
  await house.happens(notice(person, 'opt_out'), notice(stranger, 'opt_out'));
  await house.happens(notice({ ...person, sender: { scope: '', externalId: 'nobody' } }, 'blocked'));
  expect(await house.said(await house.chatOf(person))).toHaveLength(1);
});

test('who blocked us cannot be answered, until they unblock us', async () => {
  const person = await aWriter();
  expect(await policyOf(person)).toMatchObject({ allowed: true });
  await house.happens(notice(person, 'blocked', { at: minute(5) }));
  expect(await policyOf(person)).toMatchObject({
    allowed: false,
    reason: expect.stringContaining('blocked') as string,
  });
  await house.happens(notice(person, 'unblocked', { at: minute(6) }));
  expect(await policyOf(person)).toMatchObject({ allowed: true });
  await house.happens(notice(person, 'blocked', { at: minute(5) }));
  expect(await policyOf(person)).toMatchObject({ allowed: true });
});

test('blocked and unblocked in one batch, in the wrong order', async () => {
  const person = await aWriter();
  await house.happens(notice(person, 'unblocked', { at: minute(6) }), notice(person, 'blocked', { at: minute(5) }));
  expect(await policyOf(person)).toMatchObject({ allowed: true });
});

test('who writes again blocks us no more', async () => {
  const person = await aWriter();
  await house.happens(notice(person, 'blocked', { at: minute(5) }));
  await house.says(person, 'm2', { text: 'Sorry' }, minute(6));
  expect(await policyOf(person)).toMatchObject({ allowed: true });
});

test('blocking one of our accounts is not blocking the others', async () => {
  const person = await aWriter();
  const other = { ...person, channelId: await house.aChannel(person.queueId) };
  await house.says(other, 'm1', { text: 'Hello there too' });
  await house.happens(notice(person, 'blocked', { at: minute(5) }));
  expect(await policyOf(other)).toMatchObject({ allowed: true });
  expect(await policyOf(person)).toMatchObject({ allowed: false });
});
