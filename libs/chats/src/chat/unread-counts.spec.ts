import fc from 'fast-check';
import { MergeContacts } from '#contacts';
import { newId, rows } from '#database';
import type { Caller } from '#identity';
import { Agents } from '../agent/agents.js';
import { ReceiptsRepository } from '../change/receipts.repository.js';
import { QueueAgents } from '../queue/queue-agents.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { numbersFrom } from '../testing/shuffle.js';
import { ReleaseChat } from '../ownership/release-chat.js';
import { TakeOverChat } from '../ownership/take-over-chat.js';
import { TransferChat } from '../ownership/transfer-chat.js';
import { AcceptChat } from './accept-chat.js';
import type { ChatDto } from './chat.dto.js';
import { ChatList } from './chat-list.js';
import type { ChatFilter } from './chat-query.dto.js';
import { ChatViews } from './chat-views.js';
import { CloseChat } from './close-chat.js';
import { MarkChatAsRead } from './mark-chat-as-read.js';
import { UnreadCounts } from './unread-counts.js';

const RUNS = process.env.PARLEY_TEST_ROUNDS === 'full' ? 100 : 3;

let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse();
});
afterAll(() => house.close());

/** Every chat of a list, through all its pages. */
async function listed(caller: Caller, filter: ChatFilter, unread?: boolean, limit = 2): Promise<ChatDto[]> {
  const chats: ChatDto[] = [];
  let cursor: string | undefined;
  do {
    const { data, page } = await house.get(ChatList).getChats(caller, { filter, limit, cursor, unread });
    chats.push(...data);
    cursor = page.next ?? undefined;
  } while (cursor);
  return chats;
}

async function counts(caller: Caller) {
  const unread = house.get(UnreadCounts);
  return {
    chats: (await unread.getUnreadChatsCount(caller)).count,
    messages: (await unread.getUnreadMessagesCount(caller)).count,
  };
}

async function expectCountsEqualLists(caller: Caller, limit?: number): Promise<void> {
  const all = async (unread?: true) => [
    ...(await listed(caller, 'mine', unread, limit)),
    ...(await listed(caller, 'waiting', unread, limit)),
  ];
  const chats = await all();
  const unread = chats.filter(({ unreadCount }) => unreadCount > 0);
  const messages = chats.reduce((sum, { unreadCount }) => sum + unreadCount, 0);
  expect(await counts(caller)).toEqual({ chats: unread.length, messages });
  const onlyUnread = await all(true);
  expect(onlyUnread.map(({ id }) => id)).toEqual(unread.map(({ id }) => id));
}

/** What is listed from the rows of held chats is what the view of each looks up. */
async function expectListsEqualViews(caller: Caller, limit?: number): Promise<void> {
  for (const chat of await listed(caller, 'mine', undefined, limit)) {
    const { draft: _, ...view } = await house.get(ChatViews).get(caller, chat.id);
    expect(chat).toEqual(view);
  }
}

/** Also where a wrong copy would not show now. */
async function expectCopiesEqualOriginals(): Promise<void> {
  const wrong = await house.database.rows(`
    SELECT c.id, c.status, c.agent_position, p.position, c.contact_id, i.contact_id, c.contact_name, coalesce(co.name, i.name),
      c.blocked_since, b.blocked_at, b.unblocked_at
    FROM chats c
    JOIN identities i ON i.id = c.identity_id
    LEFT JOIN contacts co ON co.id = i.contact_id
    LEFT JOIN channel_identities b ON b.identity_id = c.identity_id AND b.channel_id = c.channel_id
    LEFT JOIN chat_positions p ON p.chat_id = c.id AND p.user_id = c.agent_id
    WHERE (c.agent_position, c.contact_id, c.contact_name, c.blocked_since) IS DISTINCT FROM
      CASE WHEN c.status = 'in_progress' THEN (p.position, i.contact_id, coalesce(co.name, i.name),
        CASE WHEN b.unblocked_at IS NULL OR b.blocked_at > b.unblocked_at THEN b.blocked_at END)
      ELSE (NULL::int, NULL::uuid, NULL::text, NULL::timestamptz) END`);
  expect(wrong).toEqual([]);
}

interface Person {
  readonly identityId: string;
  readonly channelId: string;
  readonly contactId: string;
}

/** Who writes in a chat. A guest's contact is nobody's. */
async function personIn(chat: string): Promise<Person> {
  const person = await house.database.row<Person>(
    `SELECT c.identity_id AS "identityId", c.channel_id AS "channelId", i.contact_id AS "contactId"
     FROM chats c JOIN identities i ON i.id = c.identity_id WHERE c.id = $1`,
    [chat],
  );
  return person!;
}

async function block(chat: string, column: 'blockedAt' | 'unblockedAt'): Promise<void> {
  const { identityId, channelId } = await personIn(chat);
  const block = { identityId, channelId, blockedAt: null, unblockedAt: null, [column]: new Date() };
  await house.database.transaction((tx) => house.get(ReceiptsRepository).block(tx, [block]));
}

async function name(table: 'contacts' | 'identities', chat: string, number: number): Promise<unknown> {
  const { contactId, identityId } = await personIn(chat);
  const id = table === 'contacts' ? contactId : identityId;
  return house.database.rows(`UPDATE ${table} SET name = $2 WHERE id = $1`, [id, number ? `Name ${number}` : null]);
}

const admin: Caller = { kind: 'key', id: newId(), role: 'admin', name: 'Key' };

interface World {
  readonly queues: string[];
  readonly callers: Caller[];
  readonly chats: string[];
}

async function aWorld(): Promise<World> {
  const queues = [await house.aQueue(3), await house.aQueue(3)];
  const [first, second] = queues as [string, string];
  const callers = [
    await house.anAgent({ queues: [first], chatLimit: 3 }),
    await house.anAgent({ queues: [first, second] }),
    await house.anAgent({ queues: [second], role: 'supervisor' }),
    await house.anAgent({ queues: [], role: 'admin' }),
  ];
  return { queues, callers, chats: [await house.aChat(first), await house.aChat(second)] };
}

type Step = (world: World, caller: Caller, chat: string, number: number) => Promise<unknown>;

const steps: Record<string, Step> = {
  newChat: async ({ queues, chats }, _, __, number) => chats.push(await house.aChat(queues[number % 2]!)),
  write: (_, __, chat) => house.write(chat),
  accept: (_, caller, chat) => house.get(AcceptChat).acceptChat(caller, chat),
  close: (_, caller, chat) => house.get(CloseChat).closeActiveChat(caller, chat),
  release: (_, caller, chat) => house.get(ReleaseChat).releaseChat(caller, chat),
  takeOver: (_, caller, chat) => house.get(TakeOverChat).takeOverChat(caller, chat),
  toQueue: ({ queues }, caller, chat, number) =>
    house.get(TransferChat).transferChat(caller, chat, { queueId: queues[number % 2]! }),
  toAgent: ({ callers }, caller, chat, number) =>
    house.get(TransferChat).transferChat(caller, chat, { agentId: callers[number % callers.length]!.id }),
  readAll: (_, caller, chat) => house.get(MarkChatAsRead).markChatAsRead(caller, chat),
  readSome: (_, caller, chat, number) => house.get(MarkChatAsRead).markChatAsRead(caller, chat, number),
  rest: (_, caller, __, number) => house.get(Agents).setMyState(caller, number % 3 ? 'active' : 'inactive'),
  join: ({ queues }, caller, _, number) => house.get(QueueAgents).add(queues[number % 2]!, caller.id),
  leave: ({ queues }, caller, _, number) => house.get(QueueAgents).remove(queues[number % 2]!, caller.id),
  nameContact: (_, __, chat, number) => name('contacts', chat, number),
  nameIdentity: (_, __, chat, number) => name('identities', chat, number),
  merge: async ({ chats }, _, chat, number) => {
    const [into, from] = [await personIn(chat), await personIn(chats[number % chats.length]!)];
    await house.get(MergeContacts).mergeContacts(admin, into.contactId, from.contactId);
  },
  unlink: async (_, __, chat) => {
    const { identityId } = await personIn(chat);
    await house.database.rows('UPDATE identities SET contact_id = NULL WHERE id = $1', [identityId]);
  },
  block: (_, __, chat) => block(chat, 'blockedAt'),
  unblock: (_, __, chat) => block(chat, 'unblockedAt'),
};

it('counts exactly what the lists mine and waiting show, whatever happened', async () => {
  const step = fc.tuple(fc.constantFrom(...Object.keys(steps)), fc.nat(3), fc.nat(20), fc.nat(9));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (script) => {
      const world = await aWorld();
      for (const [name, who, which, number] of script) {
        const chat = world.chats[which % world.chats.length]!;
        // Refusals (a limit, a chat of others) are part of the story.
        await steps[name]!(world, world.callers[who]!, chat, number).catch(() => undefined);
      }
      for (const caller of world.callers) await expectCountsEqualLists(caller);
      for (const caller of world.callers) await expectListsEqualViews(caller);
      await expectCopiesEqualOriginals();
    }),
    { numRuns: RUNS },
  );
}, 120_000);

it('counts what the lists show for each of a hundred agents', async () => {
  const random = numbersFrom(22);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const queues = [await house.aQueue(), await house.aQueue(), await house.aQueue(), await house.aQueue()];
  const callers: Caller[] = [];
  for (let number = 0; number < 100; number++) {
    const own = queues.filter(() => random() < 0.4);
    const role = number < 5 ? 'supervisor' : 'agent';
    callers.push(await house.anAgent({ queues: own, role, active: random() < 0.9 }));
  }
  const world: World = { queues, callers, chats: [] };
  for (let number = 0; number < 60; number++) world.chats.push(await house.aChat(pick(queues)));
  const hands = ['accept', 'accept', 'accept', 'close', 'release', 'takeOver', 'toQueue', 'toAgent', 'toAgent'];
  const marks = [
    'write',
    'write',
    'readSome',
    'readAll',
    'nameContact',
    'nameIdentity',
    'merge',
    'unlink',
    'block',
    'unblock',
  ];
  for (let number = 0; number < 150; number++) {
    if (number % 6 === 0) world.chats.push(await house.aChat(pick(queues)));
    // Four at once, most of them by those who may do everything, and about the newest chats.
    const chats = [pick(world.chats.slice(-3)), pick(world.chats)];
    const doing = [pick(hands), pick(marks), pick(marks), pick(marks)].map((step) => {
      const caller = pick(random() < 0.8 ? callers.slice(0, 5) : callers);
      return steps[step]!(world, caller, pick(chats), Math.floor(random() * 100));
    });
    await Promise.allSettled(doing);
    await expectCopiesEqualOriginals();
  }
  for (const caller of callers) await expectCountsEqualLists(caller, 20);
  for (const caller of callers) await expectListsEqualViews(caller, 20);
}, 180_000);

it('copies to a held chat what two changed at the same moment', async () => {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const chat = await house.aChat(queue);
  await house.get(AcceptChat).acceptChat(agent, chat);
  const { contactId } = await personIn(chat);
  const blocking = await house.database.transaction(async (tx) => {
    await rows(tx, `UPDATE contacts SET name = 'Olha' WHERE id = $1`, [contactId]);
    const waiting = block(chat, 'blockedAt');
    await house.somebodyWaits();
    return { done: waiting };
  });
  await blocking.done;
  await expectCopiesEqualOriginals();
  const [listedChat] = await listed(agent, 'mine');
  expect(listedChat).toMatchObject({ contact: { name: 'Olha' }, sendPolicy: { allowed: false } });
});

it('never swallows a message that arrives while the chat is read', async () => {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const chat = await house.aChat(queue);
  await house.get(AcceptChat).acceptChat(agent, chat);
  const seen = (await listed(agent, 'mine'))[0]!.lastSeq;
  const arriving = Array.from({ length: 20 }, () => house.write(chat));
  const reading = Array.from({ length: 20 }, () => house.get(MarkChatAsRead).markChatAsRead(agent, chat, seen));
  await Promise.all([...arriving, ...reading]);
  expect(await counts(agent)).toEqual({ chats: 1, messages: 20 });
  await house.get(MarkChatAsRead).markChatAsRead(agent, chat, seen + 15);
  expect(await counts(agent)).toEqual({ chats: 1, messages: 5 });
});

it('counts waiting chats only while the agent is active, and own ones always', async () => {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const [own] = [await house.aChat(queue, ['One', 'Two']), await house.aChat(queue, ['Three'])];
  await house.get(AcceptChat).acceptChat(agent, own);
  expect(await counts(agent)).toEqual({ chats: 2, messages: 3 });
  await house.get(Agents).setMyState(agent, 'inactive');
  expect(await counts(agent)).toEqual({ chats: 1, messages: 2 });
});

it('does not count what a supervisor merely may see', async () => {
  const chat = await house.aChat(await house.aQueue());
  const supervisor = await house.anAgent({ role: 'supervisor' });
  expect((await listed(supervisor, 'all')).map(({ id }) => id)).toContain(chat);
  expect(await counts(supervisor)).toEqual({ chats: 0, messages: 0 });
});

it('has no counts for API keys', async () => {
  const key: Caller = { kind: 'key', id: 'k', role: 'admin', name: 'Key' };
  await expect(house.get(UnreadCounts).getUnreadChatsCount(key)).rejects.toMatchObject({ code: 'needs_user' });
});
