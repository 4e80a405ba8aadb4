import fc from 'fast-check';
import { newId } from '#database';
import type { Caller } from '#identity';
import type { ChatsRowDto } from './report.dto.js';
import { figuresOf, localDay, rowStart } from './testing/plain-figures.js';
import { openReportHouse, type ReportHouse } from './testing/report-house.js';
import { rounds } from '../testing/rounds.js';

/** Real: PostgreSQL. The reference counts plain rows, one after the other, in another language. */
let house: ReportHouse;
let [anna, ben, boss]: Caller[] = [];
const queues: string[] = [];
const channels: string[] = [];

beforeAll(async () => {
  house = await openReportHouse();
  [anna, ben, boss] = [await house.aUser('Anna'), await house.aUser('Ben'), await house.aUser('Boss', 'supervisor')];
  for (const name of ['First', 'Second']) queues.push(await house.aQueue(name));
  for (const name of ['Page', 'Bot']) channels.push(await house.aChannel(queues[0]!, name));
});
afterAll(() => house.close());

const BEGIN = Date.UTC(2026, 2, 20);
const HOUR = 3_600_000;
const QUARTER = HOUR / 4;
const MINUTE = 60_000;

/** Around the nights when clocks change in Berlin and New York. */
const chat = fc.record({
  opened: fc.integer({ min: 0, max: 20 * 24 * 60 }),
  // 0: begun by one of ours.
  accepted: fc.option(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 600 }))),
  replied: fc.option(fc.integer({ min: 0, max: 900 })),
  lasted: fc.option(fc.integer({ min: 600, max: 5_000 })),
  reason: fc.constantFrom('agent', 'supervisor', 'timeout'),
  queue: fc.constantFrom(0, 1),
  channel: fc.constantFrom(0, 1),
  agent: fc.option(fc.constantFrom(0, 1)),
  inbound: fc.nat(9),
  outbound: fc.nat(9),
});

type Wished = typeof chat extends fc.Arbitrary<infer T> ? T : never;

const question = fc.record({
  unit: fc.constantFrom('day', 'week', 'month', 'all'),
  by: fc.constantFrom('queue', 'channel', 'agent', 'all'),
  timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Auckland'),
  first: fc.integer({ min: 0, max: 10 }),
  days: fc.integer({ min: 0, max: 25 }),
  queue: fc.option(fc.constantFrom(0, 1), { freq: 4 }),
  agent: fc.option(fc.constantFrom(0, 1), { freq: 4 }),
  who: fc.constantFrom('boss', 'anna'),
} as const);

async function aScenario(chats: readonly Wished[]) {
  await house.database.rows('TRUNCATE chats CASCADE');
  const agents = [anna!, ben!];
  return Promise.all(
    chats.map(async (one) => {
      const openedAt = new Date(BEGIN + one.opened * MINUTE);
      const after = (minutes: number | null) =>
        minutes === null ? null : new Date(openedAt.getTime() + minutes * MINUTE);
      const agent = one.accepted === null ? null : agents[one.agent ?? 0]!;
      const wish = {
        ...{ openedAt, acceptedAt: after(one.accepted), repliedAt: after(one.replied), closedAt: after(one.lasted) },
        ...{ reason: one.reason, inbound: one.inbound, outbound: one.outbound, agentId: agent?.id ?? null },
      };
      const [queueId, channelId] = [queues[one.queue]!, channels[one.channel]!];
      await house.aChat(channelId, queueId, wish);
      return { ...wish, queueId, channelId };
    }),
  );
}

it('says of chats what a plain count says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(chat, { maxLength: 40 }), question, async (wishes, asked) => {
      const chats = await aScenario(wishes);
      const { unit, by, timeZone } = asked;
      const day = (offset: number) => new Date(BEGIN + offset * 24 * HOUR).toISOString().slice(0, 10);
      const [from, to] = [day(asked.first), day(asked.first + asked.days)];
      const agentId =
        asked.who === 'anna' ? anna!.id : asked.agent === null ? undefined : [anna!, ben!][asked.agent]!.id;
      const queueId = asked.queue === null ? undefined : queues[asked.queue];
      const caller = asked.who === 'anna' ? anna! : boss!;
      const asks = { from, to, timeZone, unit, by, queueId, agentId: asked.who === 'anna' ? undefined : agentId };
      const found = await house.reports.chats(caller, asks);
      const about = chats.filter(
        (one) => (!agentId || one.agentId === agentId) && (!queueId || one.queueId === queueId),
      );
      const keyOf = (one: (typeof chats)[number]) =>
        ({ queue: one.queueId, channel: one.channelId, agent: one.agentId, all: null })[by];
      expect(rowsOf(found)).toEqual(figuresOf(about, { from, to, timeZone, unit }, keyOf));
    }),
    { numRuns: rounds(10, 500) },
  );
}, 120_000);

/** By period and key, without names. */
function rowsOf(found: readonly ChatsRowDto[]): Record<string, object> {
  const entries = found.map(({ period, id, name, ...figures }): [string, object] => {
    expect(name === null).toBe(id === null);
    return [`${period} ${id}`, figures];
  });
  expect(new Set(entries.map(([key]) => key)).size).toBe(entries.length);
  return Object.fromEntries(entries);
}

const stretch = fc.record({
  who: fc.constantFrom(0, 1),
  began: fc.integer({ min: -3 * 24 * 4, max: 12 * 24 * 4 }),
  quarters: fc.integer({ min: 1, max: 3 * 24 * 4 }),
});

it('says of agents’ chats and states what quarters of an hour counted one by one say', async () => {
  const asked = fc.record({
    unit: fc.constantFrom('day', 'week', 'all'),
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin'),
  } as const);
  await fc.assert(
    fc.asyncProperty(fc.array(stretch, { maxLength: 8 }), asked, async (stretches, { unit, timeZone }) => {
      await house.database.rows('TRUNCATE chats CASCADE');
      await house.database.rows('TRUNCATE agent_state_intervals');
      const expected = { held: new Map<string, number>(), taken: new Map<string, number>() };
      const period = { from: '2026-03-25', to: '2026-03-31', timeZone, unit };
      const began = BEGIN + 5 * 24 * HOUR;
      for (const { who, ...one } of stretches) {
        const agent = [anna!, ben!][who]!;
        const [start, end] = [began + one.began * QUARTER, began + (one.began + one.quarters) * QUARTER];
        const chatId = await house.aChat(channels[0]!, queues[0]!, {
          openedAt: new Date(start),
          closedAt: new Date(end),
        });
        await house.aStretch(chatId, agent.id, new Date(start), new Date(end));
        for (let quarter = start; quarter < end; quarter += QUARTER) {
          const row = rowStart(localDay(new Date(quarter), timeZone), period);
          if (row === undefined) continue;
          const key = `${row} ${agent.id}`;
          expected.held.set(key, (expected.held.get(key) ?? 0) + 900);
          if (quarter === start) expected.taken.set(key, (expected.taken.get(key) ?? 0) + 1);
        }
      }
      const found = await house.reports.load(boss!, period);
      const held = found.map((row): [string, number] => [`${row.period} ${row.agentId}`, row.heldSeconds]);
      expect(Object.fromEntries(held)).toEqual(Object.fromEntries(expected.held));
      for (const row of found) expect(row.taken).toBe(expected.taken.get(`${row.period} ${row.agentId}`) ?? 0);
      await house.database.rows(
        `INSERT INTO agent_state_intervals (user_id, state, available, began_at, ended_at)
         SELECT DISTINCT ON (agent_id, began_at) agent_id, 'active', true, began_at, ended_at FROM chat_ownerships`,
      );
      const states = await house.reports.states(boss!, period);
      const starts = new Set(stretches.map(({ who, began: quarter }) => `${who} ${quarter}`));
      if (starts.size === stretches.length)
        expect(states.map((row) => [`${row.period} ${row.agentId}`, row.seconds])).toEqual(held);
    }),
    { numRuns: rounds(15, 300) },
  );
}, 120_000);

it('cuts states at the bounds of the days, and lets what goes on end now', async () => {
  await house.database.rows('TRUNCATE agent_state_intervals');
  const now = Date.now();
  await house.anInterval(anna!, 'inactive', new Date('2020-01-01T00:00:00Z'), new Date(now - HOUR));
  await house.anInterval(anna!, 'active', new Date(now - HOUR), null);
  const today = new Date(now).toISOString().slice(0, 10);
  const yesterday = new Date(now - 24 * HOUR).toISOString().slice(0, 10);
  const rows = await house.reports.states(anna!, { from: yesterday, to: today, unit: 'all' });
  const seconds = Object.fromEntries(rows.map((row) => [row.state, row.seconds]));
  const begin = Date.parse(`${yesterday}T00:00:00Z`);
  expect(seconds.inactive).toBeCloseTo((now - HOUR - begin) / 1000, 0);
  expect(seconds.active! - 3_600).toBeGreaterThanOrEqual(0);
  expect(seconds.active! - 3_600).toBeLessThan(60);
  expect((await house.reports.load(anna!, { from: yesterday, to: today })).length).toBe(0);
});

it('tells agents about themselves only', async () => {
  const days = { from: '2026-03-20', to: '2026-03-21' };
  await expect(house.reports.chats(anna!, { ...days, agentId: ben!.id })).rejects.toMatchObject({ statusCode: 404 });
  await expect(house.reports.load(anna!, { ...days, agentId: newId() })).rejects.toMatchObject({ statusCode: 404 });
  await expect(house.reports.states({ ...anna!, kind: 'key' }, days)).rejects.toMatchObject({ code: 'needs_user' });
  expect(await house.reports.chats(anna!, { ...days, agentId: anna!.id })).toEqual(
    await house.reports.chats(anna!, days),
  );
});
