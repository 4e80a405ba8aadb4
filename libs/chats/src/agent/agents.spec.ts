import type { Caller } from '#identity';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { Agents } from './agents.js';

let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse();
});
afterAll(() => house.close());

interface Interval {
  readonly state: string;
  readonly began: string;
  readonly ended: string | null;
}

function intervalsOf({ id }: Caller): Promise<Interval[]> {
  return house.database.rows<Interval>(
    `SELECT state, began_at::text AS began, ended_at::text AS ended FROM agent_state_intervals
     WHERE user_id = $1 ORDER BY began_at`,
    [id],
  );
}

function expectNoGapOrOverlap(intervals: Interval[]): void {
  expect(intervals.slice(0, -1).map(({ ended }) => ended)).toEqual(intervals.slice(1).map(({ began }) => began));
  expect(intervals.at(-1)?.ended).toBeNull();
}

it('is inactive until somebody chooses otherwise', async () => {
  const agent = await house.anAgent({ active: false });
  expect(await house.get(Agents).myState(agent)).toMatchObject({ state: 'inactive', available: false });
});

it('records every interval in a state without gap or overlap', async () => {
  const agent = await house.anAgent({ active: false });
  for (const state of ['active', 'active', 'inactive', 'active'] as const) {
    const since = expect.any(Date) as Date;
    expect(await house.get(Agents).setMyState(agent, state)).toEqual({ state, available: state === 'active', since });
  }
  const intervals = await intervalsOf(agent);
  expect(intervals.map(({ state }) => state)).toEqual(['inactive', 'active', 'inactive', 'active']);
  expectNoGapOrOverlap(intervals);
});

it('keeps the intervals whole when states are set at once', async () => {
  const agent = await house.anAgent({ active: false });
  const states = Array.from<unknown, string>({ length: 20 }, (_, index) => (index % 2 ? 'active' : 'inactive'));
  await Promise.all(states.map((state) => house.get(Agents).setMyState(agent, state)));
  const intervals = await intervalsOf(agent);
  expectNoGapOrOverlap(intervals);
  const chosen = intervals.map(({ state }) => state);
  expect(chosen.filter((state, index) => state === chosen[index - 1])).toEqual([]);
});

it('lists agents page by page with state, load and limit', async () => {
  const queue = await house.aQueue();
  const first = await house.anAgent({ queues: [queue], chatLimit: 8 });
  const second = await house.anAgent({ queues: [queue], active: false });
  const found = [];
  let cursor: string | undefined;
  do {
    const { data, page } = await house.get(Agents).list(cursor, 1);
    found.push(...data);
    cursor = page.next ?? undefined;
  } while (cursor);
  expect(found.filter(({ userId }) => [first.id, second.id].includes(userId))).toMatchObject([
    { name: first.name, state: 'active', available: true, openChats: 0, chatLimit: 8 },
    { name: second.name, state: 'inactive', available: false, openChats: 0, chatLimit: 5 },
  ]);
});

it('knows only agents', async () => {
  const user = await house.anAgent({ active: false });
  await expect(house.get(Agents).setChatLimit(user.id, 3)).rejects.toMatchObject({ statusCode: 404 });
  await expect(house.get(Agents).myState({ ...user, kind: 'key' })).rejects.toMatchObject({ code: 'needs_user' });
});
