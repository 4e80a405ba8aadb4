import { newId } from '#database';
import type { Caller } from '#identity';
import { AcceptChat } from '../chat/accept-chat.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { AgentStates } from './agent-states.js';
import { Agents } from './agents.js';
import { StateChanges } from './state-changes.js';

/** Real: PostgreSQL and the room. */
let house: ChatHouse;
let keys = 0;
beforeAll(async () => {
  house = await openChatHouse();
});
afterAll(() => house.close());

const admin: Caller = { kind: 'key', id: newId(), role: 'admin', name: 'Setup' };

async function aState(available = false): Promise<string> {
  const key = `state-${++keys}`;
  await house.get(AgentStates).create(admin, undefined, { key, name: `State ${keys}`, available });
  return key;
}

const enter = (agent: Caller, state: string) => house.get(Agents).setMyState(agent, state);

function intervalsOf({ id }: Caller) {
  return house.database.rows<{ state: string; available: boolean; began: string; ended: string | null }>(
    `SELECT state, available, began_at::text AS began, ended_at::text AS ended FROM agent_state_intervals
     WHERE user_id = $1 ORDER BY began_at`,
    [id],
  );
}

it('lists the built-in states first, which nobody can change', async () => {
  const key = await aState();
  const { data } = await house.get(AgentStates).list();
  expect(data.slice(0, 2)).toEqual([
    { key: 'active', name: 'Active', available: true, builtIn: true },
    { key: 'inactive', name: 'Inactive', available: false, builtIn: true },
  ]);
  expect(data).toContainEqual(expect.objectContaining({ key, available: false, builtIn: false }));
  const refused = { statusCode: 409, code: 'state_built_in' };
  await expect(house.get(AgentStates).update('active', { available: false })).rejects.toMatchObject(refused);
  await expect(house.get(AgentStates).delete('inactive')).rejects.toMatchObject(refused);
  for (const key of ['nowhere', 'Inactive', 'a\0b', '\ud83d'])
    await expect(house.get(AgentStates).delete(key)).rejects.toMatchObject({ statusCode: 404 });
});

it('knows each key and each name once, whatever its case', async () => {
  const create = (key: string, name: string) =>
    house.get(AgentStates).create(admin, undefined, { key, name, available: true });
  await create('phone', 'On the phone');
  await expect(create('phone', 'Telephone')).rejects.toMatchObject({ statusCode: 409, code: 'state_taken' });
  await expect(create('call', 'on the PHONE')).rejects.toMatchObject({ statusCode: 409, code: 'state_taken' });
  expect(await house.get(AgentStates).update('phone', { name: 'Calls' })).toMatchObject({
    key: 'phone',
    name: 'Calls',
  });
});

it('lets chats come in a state that counts as available, and none in another', async () => {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue], active: false });
  expect(await enter(agent, await aState(true))).toMatchObject({ available: true });
  await house.get(AcceptChat).acceptChat(agent, await house.aChat(queue));
  expect(await enter(agent, await aState(false))).toMatchObject({ available: false });
  const second = house.get(AcceptChat).acceptChat(agent, await house.aChat(queue));
  await expect(second).rejects.toMatchObject({ code: 'agent_inactive' });
});

it('refuses a state that does not exist', async () => {
  const agent = await house.anAgent();
  await expect(enter(agent, 'on-the-moon')).rejects.toMatchObject({ statusCode: 422, code: 'unknown_state' });
  expect(await house.get(Agents).myState(agent)).toMatchObject({ state: 'active' });
});

it('makes those who are in a state available, or not, when the state changes, with an interval of its own', async () => {
  const state = await aState(true);
  const [inside, outside] = [await house.anAgent(), await house.anAgent()];
  await enter(inside, state);
  await house.get(AgentStates).update(state, { available: false });
  expect(await house.get(Agents).myState(inside)).toMatchObject({ state, available: false });
  expect(await house.get(Agents).myState(outside)).toMatchObject({ state: 'active', available: true });
  const intervals = await intervalsOf(inside);
  expect(intervals.slice(-2)).toMatchObject([
    { state, available: true, ended: intervals.at(-1)?.began },
    { state, available: false, ended: null },
  ]);
});

it('is deleted when nobody is in it, and stays in what was recorded', async () => {
  const state = await aState();
  const agent = await house.anAgent();
  await enter(agent, state);
  await expect(house.get(AgentStates).delete(state)).rejects.toMatchObject({ statusCode: 409, code: 'state_in_use' });
  await enter(agent, 'active');
  await house.get(AgentStates).delete(state);
  expect((await intervalsOf(agent)).map((interval) => interval.state)).toContain(state);
});

it('has no gap and no overlap when a state changes while agents enter and leave it', async () => {
  const state = await aState(true);
  const agents = await Promise.all([1, 2, 3].map(() => house.anAgent()));
  const moves = agents.flatMap((agent) => [state, 'inactive', state, 'active'].map((next) => () => enter(agent, next)));
  const changes = [false, true, false].map((available) => () => house.get(AgentStates).update(state, { available }));
  await Promise.all([...moves, ...changes].map((act) => act()));
  const last = (await house.get(AgentStates).list()).data.find(({ key }) => key === state);
  for (const agent of agents) {
    const intervals = await intervalsOf(agent);
    expect(intervals.slice(0, -1).map(({ ended }) => ended)).toEqual(intervals.slice(1).map(({ began }) => began));
    const { state: now, available } = await house.get(Agents).myState(agent);
    expect(intervals.at(-1)).toMatchObject({ state: now, available, ended: null });
    // Which of the changes came last is as it happens.
    if (now === state) expect(available).toBe(last?.available);
  }
});

it('makes whoever leaves inactive, with the chats they hold', async () => {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  await house.get(AcceptChat).acceptChat(agent, await house.aChat(queue));
  const leave = () => house.database.transaction((tx) => house.get(StateChanges).left(tx, agent.id));
  await leave();
  const { since, ...left } = await house.get(Agents).myState(agent);
  expect(left).toEqual({ state: 'inactive', available: false });
  await leave();
  expect((await house.get(Agents).myState(agent)).since).toEqual(since);
  const { data } = await house.get(Agents).list(undefined, 100, { queueId: queue });
  expect(data).toMatchObject([{ userId: agent.id, openChats: 1 }]);
});

it('lets a supervisor set an agent’s state, and nobody’s who is no agent', async () => {
  const agent = await house.anAgent();
  expect(await house.get(Agents).setStateOf(agent.id, 'inactive')).toMatchObject({ state: 'inactive' });
  await expect(house.get(Agents).setStateOf(newId(), 'inactive')).rejects.toMatchObject({ statusCode: 404 });
});

it('lists the agents of a queue who are available, with all their queues', async () => {
  const [queue, other] = [await house.aQueue(), await house.aQueue()];
  const free = await house.anAgent({ queues: [queue, other] });
  const away = await house.anAgent({ queues: [queue], active: false });
  await house.anAgent({ queues: [other] });
  const found = async (available?: boolean) =>
    (await house.get(Agents).list(undefined, 100, { queueId: queue, available })).data;
  expect((await found()).map(({ userId }) => userId).sort()).toEqual([free.id, away.id].sort());
  expect(await found(true)).toMatchObject([{ userId: free.id, queueIds: [queue, other].sort() }]);
  expect(await found(false)).toMatchObject([{ userId: away.id, queueIds: [queue] }]);
});

it('who is deactivated in the same moment becomes available no more, by whoever’s wish', async () => {
  const agent = await house.anAgent();
  const wishes: Promise<unknown>[] = [];
  await house.database.transaction(async (tx) => {
    await tx.query('UPDATE users SET active = false WHERE id = $1', [agent.id]);
    await house.get(StateChanges).left(tx, agent.id);
    wishes.push(enter(agent, 'active'), house.get(Agents).setStateOf(agent.id, 'active'));
    await house.somebodyWaits(2);
  });
  const [mine, another] = await Promise.allSettled(wishes);
  expect(mine).toMatchObject({ status: 'rejected', reason: { statusCode: 401 } });
  expect(another).toMatchObject({ status: 'rejected', reason: { statusCode: 404 } });
  expect(await house.get(Agents).myState(agent)).toMatchObject({ state: 'inactive', available: false });
});
