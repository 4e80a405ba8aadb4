import { encodeCursor, Problem } from '#api-kit';
import type { Caller } from '#identity';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { AcceptChat } from './accept-chat.js';
import { ChatList } from './chat-list.js';
import type { ChatQuery } from './chat-query.dto.js';
import { ChatViews } from './chat-views.js';
import { CloseChat } from './close-chat.js';

let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse();
});
afterAll(() => house.close());

const getChats = (caller: Caller, query: Partial<ChatQuery>) =>
  house.get(ChatList).getChats(caller, { limit: 50, ...query });
const accept = (caller: Caller, chatId: string) => house.get(AcceptChat).acceptChat(caller, chatId);
const close = (caller: Caller, chatId: string) => house.get(CloseChat).closeActiveChat(caller, chatId);

async function ids(caller: Caller, query: Partial<ChatQuery>): Promise<string[]> {
  return (await getChats(caller, query)).data.map(({ id }) => id);
}

/** Through all pages, one chat at a time. */
async function oneByOne(caller: Caller, query: Partial<ChatQuery>): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const { data, page } = await getChats(caller, { ...query, cursor, limit: 1 });
    found.push(...data.map(({ id }) => id));
    cursor = page.next ?? undefined;
  } while (cursor);
  return found;
}

async function chatsIn(queue: string, number: number): Promise<string[]> {
  const chats: string[] = [];
  for (let i = 0; i < number; i++) chats.push(await house.aChat(queue));
  return chats;
}

it('shows a chat with its contact, holder, preview and unread messages', async () => {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const chat = await house.aChat(queue, ['Hello', 'Where is my order?']);
  await accept(agent, chat);
  const { data } = await getChats(agent, { filter: 'mine' });
  expect(data).toMatchObject([
    {
      id: chat,
      status: 'in_progress',
      channel: { name: 'Dovecote', messenger: 'pigeon' },
      queue: { id: queue },
      contact: { name: 'Maria' },
      agent: { id: agent.id, name: agent.name },
      unreadCount: 2,
      lastSeq: 3,
      lastMessage: { preview: 'Where is my order?', direction: 'inbound' },
      sendPolicy: { allowed: true, kinds: ['text'] },
    },
  ]);
  expect(await house.get(ChatViews).get(agent, chat)).toEqual(data[0]);
});

it('lists mine by the newest message, whichever was accepted first', async () => {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const [first, second, third] = (await chatsIn(queue, 3)) as [string, string, string];
  for (const chat of [first, second, third]) await accept(agent, chat);
  await house.write(first);
  expect(await ids(agent, {})).toEqual([first, third, second]);
  expect(await oneByOne(agent, {})).toEqual([first, third, second]);
});

it('lists the waiting chats of all own queues together, longest waiting first', async () => {
  const [one, two, other] = [await house.aQueue(), await house.aQueue(), await house.aQueue()];
  const agent = await house.anAgent({ queues: [one, two] });
  const chats: string[] = [];
  for (const queue of [one, two, other, two, one]) chats.push(await house.aChat(queue));
  const own = chats.filter((_, index) => index !== 2);
  expect(await ids(agent, { filter: 'waiting' })).toEqual(own);
  expect(await oneByOne(agent, { filter: 'waiting' })).toEqual(own);
  expect(await ids(agent, { filter: 'waiting', queueId: two })).toEqual([chats[1], chats[3]]);
});

it('lists closed chats, last closed first: an agent’s own, for supervisors all', async () => {
  const queue = await house.aQueue();
  const [agent, colleague] = [await house.anAgent({ queues: [queue] }), await house.anAgent({ queues: [queue] })];
  const supervisor = await house.anAgent({ role: 'supervisor' });
  const [first, second, third] = (await chatsIn(queue, 3)) as [string, string, string];
  await accept(agent, first);
  await accept(agent, second);
  await accept(colleague, third);
  await close(agent, second);
  await close(agent, first);
  await close(colleague, third);
  expect(await oneByOne(agent, { filter: 'closed' })).toEqual([first, second]);
  expect(await oneByOne(supervisor, { filter: 'closed', queueId: queue })).toEqual([third, first, second]);
});

it('lists every chat for supervisors, keys of theirs too, and not for agents', async () => {
  const queue = await house.aQueue();
  const [supervisor, agent] = [await house.anAgent({ role: 'supervisor' }), await house.anAgent({ queues: [queue] })];
  const chats = await chatsIn(queue, 3);
  await accept(agent, chats[1]!);
  expect(await oneByOne(supervisor, { filter: 'all', queueId: queue })).toEqual([...chats].reverse());
  const key: Caller = { ...supervisor, kind: 'key' };
  expect(await ids(key, { filter: 'all', queueId: queue })).toEqual([...chats].reverse());
  await expect(getChats(key, { filter: 'mine' })).rejects.toMatchObject({ code: 'needs_user' });
  await expect(getChats(agent, { filter: 'all' })).rejects.toMatchObject({ statusCode: 403 });
});

it('filters by channel', async () => {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const channelId = await house.aChannel(queue);
  await house.aChat(queue);
  const chat = await house.arrive({ queueId: queue, channelId, identityId: await house.aContact() }, ['Hello']);
  expect(await ids(agent, { filter: 'waiting', channelId })).toEqual([chat]);
});

it('answers 404 for chats of others', async () => {
  const queue = await house.aQueue();
  const [agent, colleague] = [await house.anAgent({ queues: [queue] }), await house.anAgent({ queues: [queue] })];
  const [chat] = (await chatsIn(queue, 1)) as [string];
  const views = house.get(ChatViews);
  expect(await views.get(colleague, chat)).toMatchObject({ status: 'waiting', sendPolicy: { allowed: false } });
  await accept(agent, chat);
  await expect(views.get(colleague, chat)).rejects.toMatchObject({ statusCode: 404 });
  await close(agent, chat);
  expect(await views.get(agent, chat)).toMatchObject({ status: 'closed', sendPolicy: { allowed: false } });
  await expect(views.get(colleague, chat)).rejects.toMatchObject({ statusCode: 404 });
});

const id = '019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e11';

it.each([
  ['of another list', encodeCursor(['closed', '1763800000000000', id])],
  ['with a time that is none', encodeCursor(['waiting', '2026-11-22', id])],
  ['with a time beyond all times', encodeCursor(['waiting', '99999999999999999999', id])],
  ['with an id that is none', encodeCursor(['waiting', '1763800000000000', 'x'])],
  ['of two parts', encodeCursor(['waiting', id])],
  ['that is rubbish', 'rubbish'],
])('refuses a cursor %s', async (_, cursor) => {
  const agent = await house.anAgent({ queues: [await house.aQueue()] });
  const refused = getChats(agent, { filter: 'waiting', cursor });
  await expect(refused).rejects.toBeInstanceOf(Problem);
  await expect(refused).rejects.toMatchObject({ statusCode: 400, code: 'invalid_cursor' });
});

it('takes the furthest time a cursor can name', async () => {
  const agent = await house.anAgent({ queues: [await house.aQueue()] });
  for (const time of ['9999999999999999', '-9999999999999999']) {
    expect(await ids(agent, { filter: 'closed', cursor: encodeCursor(['closed', time, id]) })).toEqual([]);
  }
});

it('refuses unread where nobody’s unread messages are counted', async () => {
  const agent = await house.anAgent();
  await expect(getChats(agent, { filter: 'closed', unread: true })).rejects.toMatchObject({ statusCode: 422 });
});
