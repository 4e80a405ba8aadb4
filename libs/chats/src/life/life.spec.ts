import type { UpdateQueueDto } from '../queue/queue.dto.js';
import { newId } from '#database';
import type { Caller } from '#identity';
import { AcceptChat } from '../chat/accept-chat.js';
import { ChatViews } from '../chat/chat-views.js';
import { CloseChat } from '../chat/close-chat.js';
import { ChatIntake } from '../intake/chat-intake.js';
import { Conversation } from '../message/conversation.js';
import { SystemLines } from '../outgoing/system-lines.repository.js';
import { ReleaseChat } from '../ownership/release-chat.js';
import { TransferChat } from '../ownership/transfer-chat.js';
import { Queues } from '../queue/queues.js';
import { batchOf } from '../testing/arrivals.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { SilentChats } from './silent-chats.js';

/** Real: the room on PostgreSQL. The time that the silence is measured by is the test's. */
let house: ChatHouse;
const admin: Caller = { kind: 'key', id: newId(), role: 'admin', name: 'Setup' };

beforeAll(async () => {
  house = await openChatHouse();
});
afterAll(() => house.close());

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000);
const sweep = (at: Date) => house.get(SilentChats).closeAll(at);
const viewOf = (chatId: string) => house.get(ChatViews).get(admin, chatId);
const accept = (agent: Caller, chatId: string) => house.get(AcceptChat).acceptChat(agent, chatId);
const close = (agent: Caller, chatId: string) => house.get(CloseChat).closeActiveChat(agent, chatId);

async function aQueue(wish: UpdateQueueDto) {
  const id = await house.aQueue();
  await house.get(Queues).update(id, wish);
  const agent = await house.anAgent({ queues: [id] });
  return { id, agent };
}

const linesOf = async (chatId: string) =>
  (
    await house.database.rows<{ text: string }>(
      `SELECT text FROM messages WHERE chat_id = $1 AND direction = 'system' ORDER BY seq`,
      [chatId],
    )
  ).map(({ text }) => text);

const eventsOf = (chatId: string, type: string) =>
  house.database.rows('SELECT data FROM events WHERE chat_id = $1 AND type = $2', [chatId, type]);

/** As if we had said something then. */
async function weSaid(chatId: string, at: Date): Promise<void> {
  await house.database.rows('UPDATE chats SET last_outbound_at = $2, last_message_at = $2 WHERE id = $1', [
    chatId,
    at.toISOString(),
  ]);
}

it('closes a chat in which nothing was said for as long as its queue allows, and frees its agent', async () => {
  const { id, agent } = await aQueue({ closeAfterMinutes: 30 });
  const chat = await house.aChat(id);
  await accept(agent, chat);
  await sweep(inMinutes(29));
  expect(await viewOf(chat)).toMatchObject({ status: 'in_progress' });
  expect(await sweep(inMinutes(31))).toBe(1);
  expect(await viewOf(chat)).toMatchObject({ status: 'closed', closeReason: 'timeout', closedBy: null });
  expect((await linesOf(chat)).at(-1)).toBe('The chat was closed after 30 minutes of silence');
  expect(await eventsOf(chat, 'chat.closed')).toMatchObject([{ data: { reason: 'timeout', closedBy: null } }]);
  const load = await house.database.rows('SELECT open_chats FROM agents WHERE user_id = $1', [agent.id]);
  expect(load).toEqual([{ open_chats: 0 }]);
  expect(await sweep(inMinutes(31))).toBe(0);
});

it('a message breaks the silence, unless only ours count', async () => {
  const [any, ours] = [
    await aQueue({ closeAfterMinutes: 30 }),
    await aQueue({ closeAfterMinutes: 30, closeCountsFrom: 'last_outbound' }),
  ];
  const chats = [await house.aChat(any.id), await house.aChat(ours.id), await house.aChat(ours.id)] as const;
  for (const [index, { agent }] of [any, ours, ours].entries()) await accept(agent, chats[index]!);
  const places = await house.database.rows<{ channelId: string; identityId: string; queueId: string }>(
    `SELECT channel_id AS "channelId", identity_id AS "identityId", queue_id AS "queueId" FROM chats
     WHERE id = ANY ($1::uuid[]) ORDER BY array_position($1::uuid[], id)`,
    [chats.slice(0, 2)],
  );
  for (const place of places) await house.arrive(place, ['Are you there?'], inMinutes(20));
  await weSaid(chats[2], inMinutes(20));
  await sweep(inMinutes(31));
  const statuses = await Promise.all(chats.map(async (chat) => (await viewOf(chat)).status));
  expect(statuses).toEqual(['in_progress', 'closed', 'in_progress']);
});

it('a message breaks the silence when it comes, also one that the messenger could not bring for hours', async () => {
  const { id, agent } = await aQueue({ closeAfterMinutes: 30, closeWaitingAfterMinutes: 30 });
  const [held, waiting] = [await house.aChat(id), await house.aChat(id)];
  await accept(agent, held);
  const late = { sentAt: inMinutes(-120), content: { text: 'Are you there?' } };
  for (const chatId of [held, waiting])
    await house.receive([{ ...(await house.placeOf(chatId)), ...late, externalId: newId() }], inMinutes(20));
  await sweep(inMinutes(49));
  const statuses = async () => [(await viewOf(held)).status, (await viewOf(waiting)).status];
  expect(await statuses()).toEqual(['in_progress', 'waiting']);
  await sweep(inMinutes(51));
  expect(await statuses()).toEqual(['closed', 'closed']);
});

it('one that comes while the chat is about to be closed keeps it open', async () => {
  const { id, agent } = await aQueue({ closeAfterMinutes: 30 });
  const chat = await house.aChat(id);
  await accept(agent, chat);
  const place = await house.placeOf(chat);
  let sweeping: Promise<number> | undefined;
  await house.database.transaction(async (tx) => {
    const arrival = { ...place, externalId: newId(), sentAt: inMinutes(-120), content: { text: 'Wait!' } };
    await house.get(ChatIntake).take(tx, batchOf([arrival], inMinutes(20)), inMinutes(20));
    sweeping = sweep(inMinutes(31));
    await house.somebodyWaits();
  });
  expect(await sweeping).toBe(0);
  expect(await viewOf(chat)).toMatchObject({ status: 'in_progress' });
});

it('lets a waiting chat wait no longer than its queue says, and for ever where it says nothing', async () => {
  const [patient, impatient] = [await aQueue({ closeAfterMinutes: 5 }), await aQueue({ closeWaitingAfterMinutes: 60 })];
  const [stays, goes] = [await house.aChat(patient.id), await house.aChat(impatient.id)];
  await sweep(inMinutes(59));
  expect(await viewOf(goes)).toMatchObject({ status: 'waiting' });
  await sweep(inMinutes(61));
  expect(await viewOf(goes)).toMatchObject({ status: 'closed', closeReason: 'timeout', agent: null });
  expect(await viewOf(stays)).toMatchObject({ status: 'waiting' });
});

/** As if all of it had happened so much earlier. */
async function minutesPass(chatId: string, minutes: number): Promise<void> {
  const earlier = (column: string) => `${column} = ${column} - make_interval(mins => $2)`;
  const ofChat = [
    'opened_at',
    'waiting_since',
    'accepted_at',
    'first_accepted_at',
    'last_message_at',
    'last_inbound_at',
  ];
  const ofMessage = ['sent_at', 'received_at'];
  for (const [table, key, columns] of [['chats', 'id', ofChat] as const, ['messages', 'chat_id', ofMessage] as const])
    await house.database.rows(`UPDATE ${table} SET ${columns.map(earlier).join()} WHERE ${key} = $1`, [
      chatId,
      minutes,
    ]);
}

const transfer = (caller: Caller, chatId: string, queueId: string) =>
  house.get(TransferChat).transferChat(caller, chatId, { queueId });

it.each<[string, (agent: Caller, chat: string, queue: { id: string }) => Promise<unknown>]>([
  ['that is given back', (agent, chat) => house.get(ReleaseChat).releaseChat(agent, chat)],
  ['that is handed on to its queue', (agent, chat, { id }) => transfer(agent, chat, id)],
  ['that waits in another queue and is moved', (_, chat, { id }) => transfer(admin, chat, id)],
])('a chat %s waits there as long as any other, at its old place', async (how, move) => {
  const queue = await aQueue({ closeWaitingAfterMinutes: 60 });
  const other = await aQueue({});
  const chat = await house.aChat(how === 'that is given back' ? queue.id : other.id);
  const { agent } = how === 'that is given back' ? queue : other;
  if (how !== 'that waits in another queue and is moved') await accept(agent, chat);
  await minutesPass(chat, 120);
  const { waitingSince } = await viewOf(chat);
  await move(agent, chat, queue);
  await sweep(inMinutes(59));
  expect(await viewOf(chat)).toMatchObject({ status: 'waiting', waitingSince });
  await sweep(inMinutes(61));
  expect(await viewOf(chat)).toMatchObject({ status: 'closed', closeReason: 'timeout' });
});

it('closes nothing that is given back in the same moment', async () => {
  const { id, agent } = await aQueue({ closeAfterMinutes: 30, closeWaitingAfterMinutes: 30 });
  const chat = await house.aChat(id);
  await accept(agent, chat);
  await minutesPass(chat, 31);
  let sweeping: Promise<number> | undefined;
  await house.database.transaction(async (tx) => {
    const given = `status = 'waiting', agent_id = NULL, accepted_at = NULL`;
    await tx.query(`UPDATE chats SET ${given} WHERE id = $1`, [chat]);
    await house.get(SystemLines).append(tx, chat, 'Somebody gave the chat back', new Date());
    sweeping = sweep(new Date());
    await house.somebodyWaits();
  });
  expect(await sweeping).toBe(0);
  expect(await viewOf(chat)).toMatchObject({ status: 'waiting' });
  expect(await sweep(inMinutes(31))).toBe(1);
});

it('closes nothing in which something is said in the same moment', async () => {
  const { id, agent } = await aQueue({ closeAfterMinutes: 30 });
  const chat = await house.aChat(id);
  await accept(agent, chat);
  let sweeping: Promise<number> | undefined;
  await house.database.transaction(async (tx) => {
    await tx.query('UPDATE chats SET last_message_at = $2 WHERE id = $1', [chat, inMinutes(31)]);
    sweeping = sweep(inMinutes(31));
    await house.somebodyWaits();
  });
  expect(await sweeping).toBe(0);
  expect(await viewOf(chat)).toMatchObject({ status: 'in_progress' });
});

describe('a message soon after closing', () => {
  async function aClosedChat(wish: UpdateQueueDto) {
    const { id: queueId, agent } = await aQueue(wish);
    const place = { queueId, channelId: await house.aChannel(queueId), identityId: await house.aContact() };
    const chat = await house.arrive(place, ['Hello']);
    await accept(agent, chat);
    await close(agent, chat);
    return { agent, place, chat };
  }

  it('reopens the chat: its numbers go on, it waits again, and its story stays', async () => {
    const { agent, place, chat } = await aClosedChat({ reopenMinutes: 10 });
    const again = inMinutes(9);
    expect(await house.arrive(place, ['One more thing'], again)).toBe(chat);
    const fresh = {
      status: 'waiting',
      waitingSince: again,
      agent: null,
      acceptedAt: null,
      closedAt: null,
      closeReason: null,
    };
    expect(await viewOf(chat)).toMatchObject(fresh);
    expect((await linesOf(chat)).at(-1)).toBe('The contact wrote again, and the chat was reopened');
    expect(await eventsOf(chat, 'chat.reopened')).toHaveLength(1);
    expect(await eventsOf(chat, 'chat.opened')).toHaveLength(1);
    expect(await accept(agent, chat)).toMatchObject({ status: 'in_progress', agent: { id: agent.id } });
    const { data } = await house.get(Conversation).getConversation(agent, chat, { limit: 50 });
    expect(data.filter(({ direction }) => direction === 'inbound').map(({ text }) => text)).toEqual(
      expect.arrayContaining(['Hello', 'One more thing']),
    );
  });

  it.each([
    ['later than the queue allows', { reopenMinutes: 10 }, 11],
    ['where the queue reopens nothing', {}, 1],
  ])('opens a new one, linked to it, %s', async (_, wish, minutes) => {
    const { place, chat } = await aClosedChat(wish);
    const next = await house.arrive(place, ['Me again'], inMinutes(minutes));
    expect(next).not.toBe(chat);
    expect(await viewOf(next)).toMatchObject({ previousChatId: chat });
    expect(await viewOf(chat)).toMatchObject({ status: 'closed' });
  });

  it('twenty at once reopen it once', async () => {
    const { place, chat } = await aClosedChat({ reopenMinutes: 10 });
    const opened = await Promise.all(Array.from({ length: 20 }, (_, n) => house.arrive(place, [`Hello ${n}`])));
    expect(new Set(opened)).toEqual(new Set([chat]));
    expect(await eventsOf(chat, 'chat.reopened')).toHaveLength(1);
    expect(await viewOf(chat)).toMatchObject({ status: 'waiting', lastSeq: 24 });
  });
});
