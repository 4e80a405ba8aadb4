import type { SentEvent } from '../apps/simulator/src/ledger.js';
import { aCustomer, anOpenChat, openDesk, type OpenChat } from './support/desk.js';
import { eventually } from './support/eventually.js';
import type { House } from './support/house.js';
import type { TeamMessenger } from './support/team.js';
import { chatsOf, messagesOf, messageWith, type MessageView } from './support/views.js';

/** Real: the built server, PostgreSQL, sockets. Simulated: the messengers, who say what happened in any order and again. */
let house: House;

beforeAll(async () => {
  house = await openDesk();
}, 120_000);
afterEach(async () => {
  house.simulator.clearFaults();
  house.simulator.behave({ echo: 'with', echoDelayMs: 0, deliveryReceipts: false });
  await house.simulator.settled();
});
afterAll(() => house?.close());

const admin = () => house.team.admin;
const BOTH: readonly TeamMessenger[] = ['facebook', 'telegram'];
const aChat = (messenger: TeamMessenger) => anOpenChat(house, aCustomer(house, messenger));

/** Waits until the chat's messages after the opening ones look so. */
function becomes(chat: OpenChat, expected: readonly object[], what: string): Promise<MessageView[]> {
  const look = async () => {
    const found = await chat.later();
    expect(found).toMatchObject(expected);
    expect(found).toHaveLength(expected.length);
    return found;
  };
  return eventually(look, 10_000, what);
}

/** The same events once more, as if no answer had come; nothing may change by it. */
async function changesNothing(chat: OpenChat, events: readonly SentEvent[]): Promise<void> {
  const before = [await messagesOf(admin(), chat.chatId), await chat.view()];
  for (const event of [...events].reverse()) {
    const attempts = await house.simulator.redeliver(event, 3);
    expect(attempts.map(({ status }) => status)).toEqual([200, 200, 200]);
  }
  expect([await messagesOf(admin(), chat.chatId), await chat.view()]).toEqual(before);
}

it.each(BOTH)('%s: edits leave the last text, and say when; repeated they change nothing', async (messenger) => {
  const chat = await aChat(messenger);
  const { who } = chat;
  const events = [house.simulator.customerWrites({ ...who, text: 'One' })];
  await becomes(chat, [{ text: 'One', editedAt: null }], 'the message');
  const { unreadCount } = await chat.view();
  events.push(house.simulator.customerEdits({ ...who, text: 'Two' }));
  events.push(house.simulator.customerEdits({ ...who, text: 'Three' }));
  const [message] = await becomes(chat, [{ text: 'Three', editedAt: expect.any(String) as unknown }], 'the edits');
  expect(message).toMatchObject({ seq: 3, direction: 'inbound', deletedAt: null });
  expect(await chat.view()).toMatchObject({ unreadCount, lastSeq: 3, lastMessage: { preview: 'Three' } });
  await changesNothing(chat, events);
});

it('edits and deletion that come before their message hold when it comes, also the other way round', async () => {
  const chat = await aChat('facebook');
  const { who } = chat;
  house.simulator.failWebhook({
    match: { personId: house.simulator.personId(who) },
    effect: { kind: 'reorder', count: 3 },
  });
  house.simulator.customerWrites({ ...who, text: 'Edited one' });
  house.simulator.customerEdits({ ...who, text: 'Edited two' });
  house.simulator.customerEdits({ ...who, text: 'Edited three' });
  await becomes(chat, [{ text: 'Edited three' }], 'the last edit');
  house.simulator.failWebhook({
    match: { personId: house.simulator.personId(who) },
    effect: { kind: 'reorder', count: 3 },
  });
  const events = [house.simulator.customerWrites({ ...who, text: 'Gone' })];
  events.push(house.simulator.customerEdits({ ...who, text: 'Gone too' }));
  events.push(house.simulator.customerDeletes(who)!);
  const deleted = { text: null, attachments: [], editedAt: null, deletedAt: expect.any(String) as unknown };
  await becomes(chat, [{ text: 'Edited three' }, deleted], 'the deletion');
  expect((await chat.view()).lastMessage?.preview).not.toContain('Gone');
  await changesNothing(chat, events);
});

it.each(BOTH)('%s: reactions of the contact; the last word holds', async (messenger) => {
  const chat = await aChat(messenger);
  await chat.sent('Do you like it?');
  const { unreadCount } = await chat.view();
  const events = [house.simulator.customerReacts({ ...chat.who, emojis: ['👍'] })];
  await becomes(chat, [{ reactions: [{ emoji: '👍', by: 'contact' }] }], 'a reaction');
  events.push(house.simulator.customerReacts({ ...chat.who, emojis: ['❤'] }));
  const heart = { emoji: expect.stringContaining('❤') as unknown, by: 'contact' };
  await becomes(chat, [{ reactions: [heart] }], 'another reaction');
  events.push(house.simulator.customerReacts({ ...chat.who, emojis: [] }));
  await becomes(chat, [{ reactions: [] }], 'no reaction');
  expect((await chat.view()).unreadCount).toBe(unreadCount);
  await changesNothing(chat, events);
});

it('receipts only move forward: read, then a late delivery, all of them repeated', async () => {
  const chat = await aChat('facebook');
  const first = await chat.sent('First');
  const second = await chat.sent('Second');
  const delivered = house.simulator.page.deliver({ ...chat.who, messageIds: [first.externalId!], at: 1 });
  await becomes(chat, [{ status: 'delivered' }, { status: 'sent' }], 'the delivery');
  const read = house.simulator.customerReads(chat.who)!;
  await becomes(chat, [{ status: 'read' }, { status: 'read' }], 'the reading');
  const late = house.simulator.page.deliver({ ...chat.who, messageIds: [first.externalId!, second.externalId!] });
  await house.simulator.settled();
  await becomes(chat, [{ status: 'read' }, { status: 'read' }], 'no step back');
  await changesNothing(chat, [...delivered, read, ...late]);
});

it('a receipt and an echo that overtake the answer to the send leave one message, delivered', async () => {
  const chat = await aChat('facebook');
  house.simulator.behave({ echo: 'before', deliveryReceipts: true });
  house.simulator.failCall({
    match: { method: 'messages', text: 'Overtaken' },
    effect: { kind: 'delay', ms: 300, processed: true },
  });
  await chat.send('Overtaken');
  const [message] = await becomes(chat, [{ text: 'Overtaken', status: 'delivered' }], 'the delivered message');
  expect(message).toMatchObject({ externalId: expect.stringMatching(/^m_/) as unknown, failure: null });
  house.simulator.behave({ deliveryReceipts: false });
  await chat.sent('Afterwards');
  expect((await chat.later()).map(({ text }) => text)).toEqual(['Overtaken', 'Afterwards']);
});

it('what a colleague writes in the Page inbox stands in the chat, unread by nobody, and can be reacted to', async () => {
  const chat = await aChat('facebook');
  const [echo] = house.simulator.page.write({ ...chat.who, text: 'Written in the inbox' });
  const author = { kind: 'channel', id: null };
  const elsewhere = { text: 'Written in the inbox', direction: 'outbound', status: 'sent', author };
  const { unreadCount } = await chat.view();
  await becomes(chat, [elsewhere], 'the echo');
  house.simulator.customerReacts({ ...chat.who, emojis: ['👍'] });
  await becomes(chat, [{ ...elsewhere, reactions: [{ emoji: '👍', by: 'contact' }] }], 'the reaction');
  expect((await chat.view()).unreadCount).toBe(unreadCount);
  await changesNothing(chat, [echo!]);
});

it('an echo for somebody who never wrote opens no chat', async () => {
  const who = aCustomer(house, 'facebook');
  const before = (await chatsOf(admin(), 'all')).length;
  house.simulator.page.write({ ...who, text: 'Advertisement' });
  await house.simulator.settled();
  expect(await chatsOf(admin(), 'all')).toHaveLength(before);
});

it.each(BOTH)('%s: in a closed chat everything still finds its message, and nothing opens it', async (messenger) => {
  const chat = await aChat(messenger);
  const { who } = chat;
  house.simulator.customerWrites({ ...who, text: 'The last question' });
  await becomes(chat, [{ text: 'The last question' }], 'the question');
  await chat.sent('The last answer');
  await chat.close();
  house.simulator.customerEdits({ ...who, text: 'The very last question' });
  house.simulator.customerReacts({ ...who, emojis: ['👍'] });
  house.simulator.customerReads(who);
  const answer = {
    text: 'The last answer',
    status: messenger === 'facebook' ? 'read' : 'sent',
    reactions: [{ emoji: '👍', by: 'contact' }],
  };
  await eventually(async () => {
    const [question, answered] = (await messagesOf(admin(), chat.chatId)).slice(2);
    expect([question, answered]).toMatchObject([{ text: 'The very last question' }, answer]);
    return true;
  });
  const ofThem = (await chatsOf(admin(), 'all')).filter(({ contact }) => contact.name === who.person);
  expect(ofThem).toMatchObject([{ id: chat.chatId, status: 'closed' }]);
});

it('who blocks the bot cannot be answered until they write again', async () => {
  const chat = await aChat('telegram');
  const { who } = chat;
  const blocking = house.simulator.customerBlocks(who)!;
  await eventually(async () => !(await chat.view()).sendPolicy.allowed);
  expect((await chat.view()).sendPolicy.reason).toBe('The contact blocked this account.');
  expect(await chat.send('Hello?')).toMatchObject({ status: 409, body: { code: 'send_not_allowed' } });
  await becomes(chat, [{ direction: 'system', text: expect.stringMatching('blocked') as unknown }], 'a line');
  house.simulator.customerUnblocks(who);
  await eventually(async () => (await chat.view()).sendPolicy.allowed);
  await house.simulator.redeliver(blocking, 2);
  expect((await chat.view()).sendPolicy).toMatchObject({ allowed: true, reason: null });
  await chat.sent('Welcome back');
});

it('who of ours changed a message or took it back is written down, also where a program did', async () => {
  const chat = await aChat('telegram');
  const { id } = await chat.sent('Tomorrow');
  const { secret } = await admin().created<{ secret: string }>('/v1/api-keys', { name: 'CRM', role: 'supervisor' });
  await admin().as(secret).changed(`/v1/messages/${id}`, { text: 'Today' });
  expect(await chat.api.call('DELETE', `/v1/messages/${id}`)).toMatchObject({ status: 204 });
  const { data } = await admin().read<{ data: object[] }>(`/v1/audit?subjectId=${id}`);
  const nothing = { before: null, after: null };
  expect(data).toMatchObject([
    { action: 'message.deleted', actor: { kind: 'user' }, ...nothing },
    { action: 'message.edited', actor: { kind: 'key', name: 'CRM' }, ...nothing },
  ]);
});

it('changes of many messages in one call, each twice, in one batch', async () => {
  const chats = await Promise.all(Array.from({ length: 5 }, () => aChat('facebook')));
  for (const chat of chats) await chat.sent('Batched');
  const events = house.simulator.inOneCall(() =>
    chats.flatMap(({ who }) => {
      const written = house.simulator.customerWrites({ ...who, text: 'Before' });
      const edited = house.simulator.customerEdits({ ...who, text: 'After' });
      const read = house.simulator.customerReads(who)!;
      return [written, edited, read];
    }),
  );
  expect(events).toHaveLength(15);
  for (const chat of chats) await becomes(chat, [{ status: 'read' }, { text: 'After' }], 'all of it');
  await messageWith(admin(), chats[0]!.chatId, 'Batched', 'read');
});
