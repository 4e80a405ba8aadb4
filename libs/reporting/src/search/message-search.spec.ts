import fc from 'fast-check';
import type { ContactDirectory } from '#contacts';
import type { Caller } from '#identity';
import { MessageDetailsRepository } from './message-details.repository.js';
import { MessageSearch, SearchBounds } from './message-search.js';
import { MessageSearchRepository } from './message-search.repository.js';
import type { SearchQuery } from './search.dto.js';
import { Search } from './search.js';
import { SearchLimitsRepository } from './search-limits.repository.js';
import { rounds } from '../testing/rounds.js';
import { openSearchHouse, type SearchHouse } from './testing/search-house.js';

/** Real: PostgreSQL, the index, the rule of who sees what. Contacts are found by their own room: test/search. */
let house: SearchHouse;
beforeAll(async () => {
  house = await openSearchHouse();
});
afterAll(() => house.close());

function searchWith(bounds: Partial<SearchBounds> = {}): Search {
  const { database } = house;
  const limits = new SearchLimitsRepository();
  const allBounds = { ...new SearchBounds(), patienceMs: 20_000, ...bounds };
  const messages = new MessageSearch(database, new MessageSearchRepository(database), limits, allBounds);
  const contacts = { list: () => Promise.reject(new Error('not in this test')) } as unknown as ContactDirectory;
  return new Search(messages, new MessageDetailsRepository(database), contacts);
}

type Wish = Partial<SearchQuery> & { q: string };

/** The texts found, through all pages. */
async function found(caller: Caller, wish: Wish, search = searchWith(), limit = 2): Promise<string[]> {
  const texts: string[] = [];
  let cursor: string | undefined;
  do {
    const { data, page } = await search.search(caller, { limit, ...wish, cursor });
    texts.push(...data.map(({ snippet }) => snippet.map(({ text }) => text).join('')));
    cursor = page.next ?? undefined;
  } while (cursor);
  return texts;
}

it('shows the message, its chat, who wrote it and the words', async () => {
  const [supervisor, contact] = [await house.anAgent({ role: 'supervisor' }), await house.aContact('Iryna Lys')];
  const chat = await house.aChat({ contact });
  const seq = await house.says(chat, 'Is the oak lamp there?', { at: new Date('2026-03-01T10:00:00.123Z') });
  await house.indexed();
  const { data, page } = await searchWith().search(supervisor, { q: 'OAK', limit: 50 });
  expect(page).toEqual({ next: null, prev: null });
  expect(data).toEqual([
    {
      kind: 'message',
      at: new Date('2026-03-01T10:00:00.123Z'),
      snippet: [
        { text: 'Is the ', hit: false },
        { text: 'oak', hit: true },
        { text: ' lamp there?', hit: false },
      ],
      message: {
        id: expect.any(String) as unknown,
        seq,
        direction: 'inbound',
        author: { kind: 'contact', id: contact, name: 'Iryna Lys' },
      },
      chat: {
        id: chat,
        status: 'waiting',
        channel: { id: expect.any(String) as unknown, name: 'Dovecote', messenger: 'pigeon' },
        queue: { id: house.queue, name: house.queue },
      },
      contact: { id: contact, name: 'Iryna Lys' },
    },
  ]);
});

it('lets agents find what was said in chats they hold or held, and in what waits for them', async () => {
  const queue = await house.aQueue();
  const [agent, colleague] = [await house.anAgent({ queues: [queue] }), await house.anAgent({ queues: [queue] })];
  const texts = {
    held: { status: 'in_progress', agentId: agent.id },
    closed: { status: 'closed', agentId: agent.id },
    'given away': { status: 'in_progress', agentId: colleague.id, heldBy: [agent.id] },
    waiting: { status: 'waiting', queueId: queue },
    'waiting elsewhere': { status: 'waiting', queueId: await house.aQueue() },
    'closed without me': { status: 'closed', agentId: colleague.id, queueId: queue },
  } as const;
  for (const [text, wish] of Object.entries(texts)) await house.says(await house.aChat(wish), `Fox ${text}`);
  await house.indexed();
  const seen = ['Fox waiting', 'Fox given away', 'Fox closed', 'Fox held'];
  expect(await found(agent, { q: 'fox' })).toEqual(seen);
  expect(await found(agent, { q: 'fox' }, searchWith({ fewChats: 0 }))).toEqual(seen);
  expect(await found(await house.anAgent({ role: 'supervisor' }), { q: 'fox' })).toHaveLength(6);
  expect(await found({ ...agent, kind: 'key' }, { q: 'fox' })).toEqual([]);
  expect(await found({ ...agent, kind: 'key', role: 'admin' }, { q: 'fox' })).toHaveLength(6);
});

it('finds what was said to the survivor where it is asked for a contact that was merged', async () => {
  const [supervisor, into, from] = [
    await house.anAgent({ role: 'supervisor' }),
    await house.aContact(),
    await house.aContact(),
  ];
  for (const contact of [into, from]) await house.says(await house.aChat({ contact }), 'Wren');
  await house.indexed();
  await house.database.rows('UPDATE identities SET contact_id = $1 WHERE contact_id = $2', [into, from]);
  await house.database.rows(
    `INSERT INTO contact_merges (merged_id, contact_id, into_id, merged_by, merged_at, merged)
     VALUES ($2, $1, $1, 'user:1', now(), '{}')`,
    [into, from],
  );
  for (const fewChats of [500, 0]) {
    const search = searchWith({ fewChats });
    expect(await found(supervisor, { q: 'wren', contactId: into }, search)).toHaveLength(2);
    expect(await found(supervisor, { q: 'wren', contactId: from }, search)).toHaveLength(2);
  }
});

it('walks the chats of who has many: those that were spoken in before they were theirs, and again later', async () => {
  const walking = searchWith({ fewChats: 0, firstChats: 1, furtherChats: 1, mostChats: 2, mostMatchesOfOne: -1 });
  const [agent, chats] = [await house.anAgent(), [] as string[]];
  for (const text of ['Heron one', 'Heron two', 'Heron three']) {
    const chat = await house.aChat();
    chats.push(chat);
    await house.says(chat, text);
  }
  await house.indexed();
  expect(await found(agent, { q: 'heron' }, walking)).toEqual([]);
  for (const chat of chats) await house.isDoneBy(agent.id, chat);
  await house.indexed();
  expect(await found(agent, { q: 'heron' }, walking)).toEqual(['Heron three', 'Heron two', 'Heron one']);
  await house.says(chats[0]!, 'Heron four');
  await house.indexed();
  const all = ['Heron four', 'Heron three', 'Heron two', 'Heron one'];
  for (const limit of [1, 2, 3, 9]) expect(await found(agent, { q: 'heron' }, walking, limit)).toEqual(all);
  const colleague = await house.anAgent();
  await house.isDoneBy(colleague.id, chats[1]!);
  await house.indexed();
  expect(await found(colleague, { q: 'heron' }, walking)).toEqual(['Heron two']);
  expect(await found(agent, { q: 'heron' }, walking)).toEqual(['Heron four', 'Heron three', 'Heron one']);
});

it('leaves out what was deleted a moment ago', async () => {
  const [supervisor, chat] = [await house.anAgent({ role: 'supervisor' }), await house.aChat()];
  const seq = await house.says(chat, 'Badger');
  await house.indexed();
  await house.database.rows('UPDATE messages SET deleted_at = now() WHERE chat_id = $1 AND seq = $2', [chat, seq]);
  expect(await found(supervisor, { q: 'badger' })).toEqual([]);
});

it('refuses what has no words, and cursors of others', async () => {
  const supervisor = await house.anAgent({ role: 'supervisor' });
  await expect(found(supervisor, { q: '?!' })).rejects.toMatchObject({ statusCode: 422 });
  for (const cursor of ['x', 'WyIxIiwiMiIsIjMiXQ', Buffer.from('["1","x","2"]').toString('base64url')]) {
    const call = searchWith().search(supervisor, { q: 'fox', limit: 1, cursor });
    await expect(call).rejects.toMatchObject({ statusCode: 400, code: 'invalid_cursor' });
  }
});

/** Each makes the search go a way of its own. */
const WAYS: Record<string, Partial<SearchBounds>> = {
  'as it is': {},
  'by the index of words': { fewChats: 0, firstLook: 3 },
  'by looking at the newest': { fewChats: 0, firstLook: 3, furtherLook: 4, mostMatches: -1 },
  'an agent’s chats, a few at a time': {
    fewChats: 0,
    firstChats: 1,
    furtherChats: 2,
    mostChats: 4,
    mostMatchesOfOne: -1,
  },
  'an agent’s chats and then the index of words': { fewChats: 0, firstChats: 2 },
  'a few at a time': { fewChats: 0, firstLook: 2, furtherLook: 3, mostLookedAt: 3, mostMatches: -1 },
  'without patience': { firstLook: 2, furtherLook: 5, patienceMs: 0.01 },
};

it('gives on every way what a plain look at all messages gives, page by page', async () => {
  const words = ['red', 'green', 'blue'];
  const queues = [await house.aQueue(), await house.aQueue()];
  const agents = [await house.anAgent({ queues: [queues[0]!] }), await house.anAgent({ queues })];
  const supervisor = await house.anAgent({ role: 'supervisor' });
  const contacts = [await house.aContact(), await house.aContact()];
  const said: { text: string; at: number; queue: number; agent: number; contact: number; held: boolean }[] = [];
  for (let number = 0; number < 24; number++) {
    const [queue, agent, contact] = [number % 2, number % 3 === 0 ? 0 : 1, Math.floor(number / 2) % 2];
    const status = number % 4 === 3 ? 'waiting' : 'closed';
    const holder = status === 'closed' ? agents[agent]!.id : undefined;
    const wish = { queueId: queues[queue]!, status, agentId: holder } as const;
    const chat = await house.aChat({
      ...wish,
      contact: status === 'closed' ? contacts[contact]! : await house.aContact(),
    });
    for (let line = 0; line < 3; line++) {
      const at = Date.UTC(2025, 0, 1) + ((number * 7 + line * 5) % 31) * 1000;
      const text = `${number}:${line} ${words.filter((_, bit) => ((number + line * 3) >> bit) & 1).join(' ')}`;
      await house.says(chat, text, { at: new Date(at) });
      said.push({ text, at, queue, agent, contact: status === 'closed' ? contact : -1, held: status === 'closed' });
    }
  }
  await house.indexed();
  const option = <T>(values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
  const wishes = fc.record({
    who: fc.constantFrom(0, 1, 2),
    wanted: fc.subarray(words, { minLength: 1 }),
    queue: option([0, 1]),
    agent: option([0, 1]),
    contact: option([0, 1]),
    from: option([0, 5, 15]),
    to: option([10, 20]),
    way: fc.constantFrom(...Object.keys(WAYS)),
    limit: fc.integer({ min: 1, max: 7 }),
  });
  await fc.assert(
    fc.asyncProperty(wishes, async ({ who, wanted, queue, agent, contact, from, to, way, limit }) => {
      const moment = (second: number) => new Date(Date.UTC(2025, 0, 1) + second * 1000);
      const expected = said.filter(
        (one) =>
          wanted.every((word) => one.text.includes(word)) &&
          (who === 2 || (one.held ? one.agent === who : who === 1 || one.queue === 0)) &&
          (queue === undefined || one.queue === queue) &&
          (agent === undefined || (one.held && one.agent === agent)) &&
          (contact === undefined || one.contact === contact) &&
          (from === undefined || one.at >= moment(from).getTime()) &&
          (to === undefined || one.at < moment(to).getTime()),
      );
      const bounds = { from: moment(from ?? 0).toISOString(), to: moment(to ?? 40).toISOString() };
      const wish: Wish = { q: wanted.join(' '), ...bounds };
      const filters = {
        queueId: queue === undefined ? undefined : queues[queue],
        agentId: agent === undefined ? undefined : agents[agent]!.id,
        contactId: contact === undefined ? undefined : contacts[contact],
      };
      const texts = await found([...agents, supervisor][who]!, { ...wish, ...filters }, searchWith(WAYS[way]), limit);
      const times = texts.map((text) => said.find((one) => one.text === text)!.at);
      expect([...texts].sort()).toEqual(expected.map(({ text }) => text).sort());
      expect(times).toEqual([...times].sort((a, b) => b - a));
    }),
    { numRuns: rounds(10, 300) },
  );
}, 120_000);
