import { encodeCursor, Problem } from '#api-kit';
import { MergeContacts } from '#contacts';
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
  expect(await house.get(ChatViews).get(agent, chat)).toMatchObject(data[0]!);
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

/** Forwards to the end one by one, then backwards to the beginning: the same chats both ways. */
async function bothWays(caller: Caller, query: Partial<ChatQuery>): Promise<string[]> {
  const forwards = await oneByOne(caller, query);
  const backwards: string[] = [];
  let cursor: string | undefined;
  for (let step = 1; step < forwards.length; step++)
    cursor = (await getChats(caller, { ...query, cursor, limit: 1 })).page.next ?? undefined;
  for (;;) {
    const { data, page } = await getChats(caller, { ...query, cursor, limit: 1 });
    backwards.unshift(...data.map(({ id }) => id));
    if (!page.prev) break;
    cursor = page.prev;
  }
  expect(backwards).toEqual(forwards);
  return forwards;
}

/** Two open and two closed chats of two contacts on two channels, all of one queue and one agent but the last. */
async function aHistory() {
  const queueId = await house.aQueue(20);
  const [agent, colleague] = [await house.anAgent({ queues: [queueId] }), await house.anAgent({ queues: [queueId] })];
  const supervisor = await house.anAgent({ role: 'supervisor' });
  const [one, two] = [await house.aChannel(queueId), await house.aChannel(queueId)];
  const [maria, omar] = [await house.aContact('Maria Lys'), await house.aContact('Omar Braun')];
  const arrive = (channelId: string, identityId: string) => house.arrive({ queueId, channelId, identityId }, ['Hello']);
  const [first, second] = [await arrive(one, maria), await arrive(two, omar)];
  for (const chat of [first, second]) await accept(agent, chat);
  for (const chat of [second, first]) await close(agent, chat);
  const [third, fourth] = [await arrive(one, maria), await arrive(two, maria)];
  await accept(agent, third);
  const contactId = (await house.get(ChatViews).get(supervisor, first)).contact.id!;
  return { queueId, agent, colleague, supervisor, one, two, contactId, first, second, third, fourth };
}

describe('one list, whatever it is asked', () => {
  let it_: Awaited<ReturnType<typeof aHistory>>;
  beforeAll(async () => {
    it_ = await aHistory();
  });

  const lists: [string, (h: typeof it_) => [Caller, Partial<ChatQuery>], (h: typeof it_) => string[]][] = [
    ['all of a queue', (h) => [h.supervisor, { filter: 'all' }], (h) => [h.fourth, h.third, h.first, h.second]],
    ['all of a channel', (h) => [h.supervisor, { filter: 'all', channelId: h.one }], (h) => [h.third, h.first]],
    [
      'all of an agent',
      (h) => [h.supervisor, { filter: 'all', agentId: h.agent.id }],
      (h) => [h.third, h.first, h.second],
    ],
    [
      'all of a contact',
      (h) => [h.supervisor, { filter: 'all', contactId: h.contactId }],
      (h) => [h.fourth, h.third, h.first],
    ],
    ['all waiting', (h) => [h.supervisor, { filter: 'all', status: 'waiting' }], (h) => [h.fourth]],
    ['all in progress', (h) => [h.supervisor, { filter: 'all', status: 'in_progress' }], (h) => [h.third]],
    ['all closed', (h) => [h.supervisor, { filter: 'all', status: 'closed' }], (h) => [h.first, h.second]],
    ['closed', (h) => [h.supervisor, { filter: 'closed' }], (h) => [h.first, h.second]],
    ['closed of a contact', (h) => [h.supervisor, { filter: 'closed', contactId: h.contactId }], (h) => [h.first]],
    [
      'closed on a channel by an agent',
      (h) => [h.supervisor, { filter: 'closed', channelId: h.two, agentId: h.agent.id }],
      (h) => [h.second],
    ],
    ['all by name', (h) => [h.supervisor, { filter: 'all', text: 'LYS' }], (h) => [h.fourth, h.third, h.first]],
    [
      'all opened lately',
      (h) => [h.supervisor, { filter: 'all', openedFrom: '2026-01-01T00:00:00Z' }],
      (h) => [h.fourth, h.third, h.second, h.first],
    ],
    [
      'closed and opened lately, of a contact',
      (h) => [h.supervisor, { filter: 'closed', openedFrom: '2026-01-01T00:00:00Z', contactId: h.contactId }],
      (h) => [h.first],
    ],
    ['all opened long ago', (h) => [h.supervisor, { filter: 'all', openedBefore: '2026-01-01T00:00:00Z' }], () => []],
    [
      'all closed lately',
      (h) => [h.supervisor, { filter: 'all', closedFrom: '2026-01-01T00:00:00Z' }],
      (h) => [h.first, h.second],
    ],
    ['all closed long ago', (h) => [h.supervisor, { filter: 'all', closedBefore: '2026-01-01T00:00:00Z' }], () => []],
    ['mine', (h) => [h.agent, {}], (h) => [h.third]],
    ['mine by name', (h) => [h.agent, { text: 'omar' }], () => []],
    [
      'waiting for me, of a contact',
      (h) => [h.colleague, { filter: 'waiting', contactId: h.contactId }],
      (h) => [h.fourth],
    ],
    ['waiting for me by name', (h) => [h.colleague, { filter: 'waiting', text: 'maria' }], (h) => [h.fourth]],
    ['held by me', (h) => [h.agent, { filter: 'held' }], (h) => [h.first, h.second]],
    ['held by me, of a contact', (h) => [h.agent, { filter: 'held', contactId: h.contactId }], (h) => [h.first]],
    ['held by me and closed', (h) => [h.agent, { filter: 'closed', channelId: h.two }], (h) => [h.second]],
    ['held by nobody', (h) => [h.colleague, { filter: 'held' }], () => []],
  ];

  it.each(lists)('lists %s, the same forwards and backwards', async (_, question, expected) => {
    const [caller, query] = question(it_);
    expect(await bothWays(caller, { queueId: it_.queueId, ...query })).toEqual(expected(it_));
  });
});

it('lists the chats of the survivor where it is asked for a contact that was merged', async () => {
  const queueId = await house.aQueue();
  const supervisor = await house.anAgent({ role: 'supervisor' });
  const chats = await chatsIn(queueId, 2);
  const [into, from] = (await Promise.all(
    chats.map(async (chat) => (await house.get(ChatViews).get(supervisor, chat)).contact.id),
  )) as [string, string];
  await house.get(MergeContacts).mergeContacts(supervisor, into, from);
  const all = { filter: 'all', contactId: from } as const;
  expect(await ids(supervisor, all)).toEqual([...chats].reverse());
  expect(await ids(supervisor, { ...all, openedFrom: '2026-01-01T00:00:00Z' })).toEqual([...chats].reverse());
  const agent = await house.anAgent({ queues: [queueId] });
  expect(await ids(agent, { filter: 'waiting', contactId: from })).toEqual(chats);
});

it('lists what left the agent’s hands, once, and not what came back', async () => {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const [gone, back, kept] = (await chatsIn(queue, 3)) as [string, string, string];
  for (const chat of [gone, back, kept]) await accept(agent, chat);
  const hold = (chat: string, began: string, ended: string | null) =>
    house.database.rows('INSERT INTO chat_ownerships (chat_id, agent_id, began_at, ended_at) VALUES ($1, $2, $3, $4)', [
      chat,
      agent.id,
      began,
      ended,
    ]);
  await hold(gone, '2026-01-01T10:00:00Z', '2026-01-01T11:00:00Z');
  await hold(back, '2026-01-02T10:00:00Z', '2026-01-02T11:00:00Z');
  await close(agent, gone);
  expect(await bothWays(agent, { filter: 'held' })).toEqual([gone]);
});

it('goes on behind what one page may look at', async () => {
  const queue = await house.aQueue();
  const supervisor = await house.anAgent({ role: 'supervisor' });
  const [place] = await house.database.rows<{ channel: string; identity: string }>(
    `SELECT channel_id AS channel, identity_id AS identity FROM chats WHERE id = $1`,
    [await house.aChat(queue)],
  );
  const fill = (number: number, agentId: string | null, day: number) =>
    house.database.rows(
      `INSERT INTO chats (id, channel_id, identity_id, queue_id, status, agent_id, opened_at, closed_at)
       SELECT gen_random_uuid(), $1, $2, $3, 'closed', $4, at, at FROM generate_series(1, $5) n,
         LATERAL (SELECT timestamptz '2025-01-01' + $6 * interval '1 day' + n * interval '1 second' AS at) t`,
      [place!.channel, place!.identity, queue, agentId, number, day],
    );
  await fill(1, supervisor.id, 0);
  await fill(2_200, null, 1);
  await fill(1, supervisor.id, 2);
  const query = { filter: 'closed', queueId: queue } as const;
  const pages: number[] = [];
  let cursor: string | undefined;
  do {
    const { data, page } = await getChats(supervisor, { ...query, text: 'nobody', cursor });
    pages.push(data.length);
    cursor = page.next ?? undefined;
  } while (cursor);
  expect(pages).toEqual([0, 0, 0]);
  expect(await bothWays(supervisor, { ...query, agentId: supervisor.id })).toHaveLength(2);
});

const id = '019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e11';

it.each([
  ['of another list', encodeCursor(['held', 'after', '1763800000000000', id])],
  ['of no direction', encodeCursor(['waiting', 'beside', '1763800000000000', id])],
  ['without a time', encodeCursor(['waiting', 'after', '', id])],
  ['with a time that is none', encodeCursor(['waiting', 'after', '2026-11-22', id])],
  ['with a time beyond all times', encodeCursor(['waiting', 'after', '99999999999999999999', id])],
  ['with an id that is none', encodeCursor(['waiting', 'after', '1763800000000000', 'x'])],
  ['of two parts', encodeCursor(['waiting', id])],
  ['that is rubbish', 'rubbish'],
])('refuses a cursor %s', async (_, cursor) => {
  const agent = await house.anAgent({ queues: [await house.aQueue()] });
  const refused = getChats(agent, { filter: 'waiting', cursor });
  await expect(refused).rejects.toBeInstanceOf(Problem);
  await expect(refused).rejects.toMatchObject({ statusCode: 400, code: 'invalid_cursor' });
});

it('takes the furthest time a cursor can name', async () => {
  const [agent, supervisor] = [await house.anAgent(), await house.anAgent({ role: 'supervisor' })];
  for (const time of ['9999999999999999', '-9999999999999999']) {
    expect(await ids(agent, { filter: 'held', cursor: encodeCursor(['held', 'after', time, id]) })).toEqual([]);
    const cursor = encodeCursor(['byClosing', 'after', time, id]);
    await expect(getChats(supervisor, { filter: 'all', cursor })).resolves.toBeDefined();
  }
});

it.each([
  ['unread where nobody’s unread messages are counted', { filter: 'closed', unread: true }, '?unread'],
  ['another agent’s chats among mine', { filter: 'mine', agentId: id }, '?agentId'],
  ['a status of chats that have only one', { filter: 'closed', status: 'waiting' }, '?status'],
  ['a time of closing of open chats', { filter: 'waiting', closedFrom: '2026-01-01T00:00:00Z' }, '?closedFrom'],
  ['a month there is not', { filter: 'all', openedFrom: '2026-13-01T00:00:00Z' }, '?openedFrom'],
  ['a day there is not', { filter: 'all', openedBefore: '2026-02-30T00:00:00Z' }, '?openedBefore'],
  ['a year there was not', { filter: 'held', closedFrom: '0000-01-01T00:00:00Z' }, '?closedFrom'],
  ['a clock there is not', { filter: 'closed', closedBefore: '2026-01-01T00:00:00+23:59' }, '?closedBefore'],
  [
    'times that are the wrong way round',
    { filter: 'all', openedFrom: '2026-02-01T00:00:00Z', openedBefore: '2026-01-01T00:00:00Z' },
    '?openedBefore',
  ],
] as const)('refuses %s', async (_, query, pointer) => {
  const supervisor = await house.anAgent({ role: 'supervisor' });
  const refused = getChats(supervisor, query);
  await expect(refused).rejects.toMatchObject({ statusCode: 422, pointers: [{ pointer }] });
});
