import { Agents } from '../agent/agents.js';
import { AcceptChat } from '../chat/accept-chat.js';
import { CloseChat } from '../chat/close-chat.js';
import { ReleaseChat } from '../ownership/release-chat.js';
import { QueueAgents } from '../queue/queue-agents.js';
import { Queues } from '../queue/queues.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { routingDesk } from '../testing/routing-desk.js';
import { DeclineOffer } from './decline-offer.js';
import { RoutingRound } from './routing-round.js';

/** Real: the room and PostgreSQL. Deadlines are moved in the database, nothing sleeps. */
let house: ChatHouse;
let desk: ReturnType<typeof routingDesk>;
beforeAll(async () => {
  house = await openChatHouse();
  desk = routingDesk(house);
});
afterAll(() => house.close());

const DAY = 24 * 60 * 60 * 1000;

it('offers a waiting chat to the least busy agent, counting what is offered already', async () => {
  const queue = await desk.aRoutedQueue();
  const [anna, ben] = [await house.anAgent({ queues: [queue] }), await house.anAgent({ queues: [queue] })];
  const first = await house.aChat(queue);
  const [one] = await desk.routed(first);
  const [second, third] = [await house.aChat(queue), await house.aChat(queue)];
  const others = await desk.routed(second, third);
  expect(one).toBe(anna.id);
  expect(others).toEqual([ben.id, anna.id]);
});

it('takes turns under round_robin, also where one agent is always free first', async () => {
  const queue = await desk.aRoutedQueue({ routingRule: 'round_robin' });
  const [anna, ben, cleo] = [
    await house.anAgent({ queues: [queue] }),
    await house.anAgent({ queues: [queue] }),
    await house.anAgent({ queues: [queue] }),
  ];
  const asked = [];
  for (let number = 0; number < 4; number++) {
    const chat = await house.aChat(queue);
    asked.push(...(await desk.routed(chat)));
    await house.get(CloseChat).closeActiveChat(await house.anAgent({ role: 'supervisor' }), chat);
  }
  expect(asked).toEqual([anna.id, ben.id, cleo.id, anna.id]);
});

it('goes to the next agent after the deadline, and back to the silent one after all others', async () => {
  const queue = await desk.aRoutedQueue();
  const [anna, ben] = [await house.anAgent({ queues: [queue] }), await house.anAgent({ queues: [queue] })];
  const chat = await house.aChat(queue);
  const asked = await desk.routed(chat);
  for (let number = 0; number < 3; number++) {
    await desk.letPass(chat);
    asked.push(...(await desk.routed(chat)));
  }
  expect(asked).toEqual([anna.id, ben.id, anna.id, ben.id]);
});

it('sets a silent agent inactive where the queue wants it, with an interval of its own', async () => {
  const queue = await desk.aRoutedQueue({ silentAgent: 'set_inactive' });
  const [anna, ben] = [await house.anAgent({ queues: [queue] }), await house.anAgent({ queues: [queue] })];
  const [first, second] = [await house.aChat(queue), await house.aChat(queue)];
  expect(await desk.routed(first, second)).toEqual([anna.id, ben.id]);
  await desk.letPass(first);
  expect(await desk.routed(first)).toEqual([ben.id]);
  expect(await house.get(Agents).myState(anna)).toMatchObject({ state: 'inactive', available: false });
  await desk.letPass(first);
  await desk.letPass(second);
  expect(await desk.routed(first, second)).toEqual([null, null]);
  await house.get(Agents).setMyState(anna, 'active');
  expect(await desk.routed(first, second)).toEqual([anna.id, anna.id]);
});

it('asks for the chat that waits longest first, also where a silent agent set inactive had several', async () => {
  const queue = await desk.aRoutedQueue({ silentAgent: 'set_inactive' });
  const anna = await house.anAgent({ queues: [queue] });
  const [older, newer] = [await house.aChat(queue), await house.aChat(queue)];
  expect(await desk.routed(older, newer)).toEqual([anna.id, anna.id]);
  const ben = await house.anAgent({ queues: [queue], chatLimit: 1 });
  await desk.letPass(newer);
  expect(await desk.routed(older, newer)).toEqual([ben.id, null]);
});

it('offers nobody more than they have room for, and what is left waits, oldest first', async () => {
  const queue = await desk.aRoutedQueue({ agentLimit: 2 });
  const anna = await house.anAgent({ queues: [queue], chatLimit: 3 });
  const ben = await house.anAgent({ queues: [queue], chatLimit: 1 });
  const chats: string[] = [];
  for (let number = 0; number < 5; number++) chats.push(await house.aChat(queue));
  await desk.routed();
  expect(await desk.offersOf(anna)).toHaveLength(2);
  expect(await desk.offersOf(ben)).toHaveLength(1);
  const [third, fourth, fifth] = chats.slice(2) as [string, string, string];
  expect(await desk.routed(third, fourth, fifth)).toEqual([expect.any(String), null, null]);
  const [freed] = (await desk.offersOf(ben)) as [string];
  await house.get(AcceptChat).acceptChat(ben, freed);
  expect(await desk.routed(fourth)).toEqual([null]);
  await house.get(CloseChat).closeActiveChat(ben, freed);
  expect(await desk.routed(fourth, fifth)).toEqual([ben.id, null]);
});

it('offers the newest first where the queue wants it', async () => {
  const queue = await desk.aRoutedQueue({ waitingOrder: 'newest' });
  const [first, second] = [await house.aChat(queue), await house.aChat(queue)];
  const anna = await house.anAgent({ queues: [queue], chatLimit: 1 });
  expect(await desk.routed(first, second)).toEqual([null, anna.id]);
});

it('prefers who held the contact’s last chat, until they let this one pass', async () => {
  const queue = await desk.aRoutedQueue({ prefersPreviousAgent: true });
  const place = { channelId: await house.aChannel(queue), identityId: await house.aContact(), queueId: queue };
  const ben = await house.anAgent({ queues: [queue] });
  const last = await house.arrive(place, ['Hello'], new Date(Date.now() - DAY));
  expect(await desk.routed(last)).toEqual([ben.id]);
  await house.get(AcceptChat).acceptChat(ben, last);
  await house.get(AcceptChat).acceptChat(ben, await anOfferedChat(queue));
  await house.get(CloseChat).closeActiveChat(ben, last);
  const anna = await house.anAgent({ queues: [queue] });
  const [again, other] = [await house.arrive(place, ['It is me again']), await house.aChat(queue)];
  expect(await desk.routed(again, other)).toEqual([ben.id, anna.id]);
  await desk.letPass(again);
  expect(await desk.routed(again)).toEqual([anna.id]);
});

it('prefers who held the chat when it was closed, where it is reopened', async () => {
  const queue = await desk.aRoutedQueue({ prefersPreviousAgent: true, reopenMinutes: 10 });
  const place = { channelId: await house.aChannel(queue), identityId: await house.aContact(), queueId: queue };
  const ben = await house.anAgent({ queues: [queue] });
  const chat = await house.arrive(place, ['Hello']);
  expect(await desk.routed(chat)).toEqual([ben.id]);
  await house.get(AcceptChat).acceptChat(ben, chat);
  await house.get(AcceptChat).acceptChat(ben, await anOfferedChat(queue));
  await house.get(CloseChat).closeActiveChat(ben, chat);
  const anna = await house.anAgent({ queues: [queue] });
  expect(await house.arrive(place, ['One more thing'])).toBe(chat);
  expect(await desk.routed(chat)).toEqual([ben.id]);
  await house.get(AcceptChat).acceptChat(ben, chat);
  await house.get(ReleaseChat).releaseChat(ben, chat);
  expect(await desk.routed(chat)).toEqual([anna.id]);
});

async function anOfferedChat(queue: string): Promise<string> {
  const chat = await house.aChat(queue);
  await desk.routed();
  return chat;
}

describe('an offer is taken back', () => {
  async function anOffer() {
    const queue = await desk.aRoutedQueue();
    const anna = await house.anAgent({ queues: [queue] });
    const chat = await house.aChat(queue);
    expect(await desk.routed(chat)).toEqual([anna.id]);
    const ben = await house.anAgent({ queues: [queue] });
    return { queue, anna, ben, chat };
  }

  it('from an agent who leaves the queue', async () => {
    const { queue, anna, ben, chat } = await anOffer();
    await house.get(QueueAgents).remove(queue, anna.id);
    expect(await desk.routed(chat)).toEqual([ben.id]);
  });

  it('from an agent who goes inactive', async () => {
    const { anna, ben, chat } = await anOffer();
    await house.get(Agents).setMyState(anna, 'inactive');
    expect(await desk.routed(chat)).toEqual([ben.id]);
  });

  it('from an agent who has no room any more', async () => {
    const { anna, ben, chat } = await anOffer();
    const elsewhere = await house.aQueue();
    await house.get(QueueAgents).add(elsewhere, anna.id);
    await house.get(Agents).setChatLimit(anna.id, 1);
    await house.get(AcceptChat).acceptChat(anna, await house.aChat(elsewhere));
    expect(await desk.routed(chat)).toEqual([ben.id]);
  });

  it('with the rule that made it', async () => {
    const { queue, chat } = await anOffer();
    await house.get(Queues).update(queue, { routingRule: 'everyone' });
    expect(await desk.routed(chat)).toEqual([null]);
  });
});

describe('declining', () => {
  it('asks the next agent, and the same one again after all others', async () => {
    const queue = await desk.aRoutedQueue();
    const [anna, ben] = [await house.anAgent({ queues: [queue] }), await house.anAgent({ queues: [queue] })];
    const chat = await house.aChat(queue);
    await desk.routed();
    const decline = house.get(DeclineOffer);
    expect(await decline.declineOffer(anna, chat)).toMatchObject({ status: 'waiting', offer: null });
    expect(await desk.routed(chat)).toEqual([ben.id]);
    expect(await decline.declineOffer(anna, chat)).toMatchObject({ offer: { agentId: ben.id } });
    await decline.declineOffer(ben, chat);
    expect(await desk.routed(chat)).toEqual([anna.id]);
  });

  it('is for what is offered to the caller', async () => {
    const queue = await desk.aRoutedQueue();
    const anna = await house.anAgent({ queues: [queue] });
    const chat = await house.aChat(queue);
    expect(await desk.routed(chat)).toEqual([anna.id]);
    const [colleague, stranger] = [await house.anAgent({ queues: [queue], active: false }), await house.anAgent()];
    const decline = house.get(DeclineOffer);
    await expect(decline.declineOffer(colleague, chat)).rejects.toMatchObject({ statusCode: 409, code: 'not_offered' });
    await expect(decline.declineOffer(stranger, chat)).rejects.toMatchObject({ statusCode: 404 });
    expect(await desk.offeredTo(chat)).toBe(anna.id);
  });
});

it('queues that share an agent never offer them more than they have room for, however their rounds race', async () => {
  const queues = await Promise.all(Array.from({ length: 4 }, () => desk.aRoutedQueue()));
  const anna = await house.anAgent({ queues, chatLimit: 2, active: false });
  for (const queue of queues) for (let number = 0; number < 2; number++) await house.aChat(queue);
  await desk.routed();
  // Behind the room's back, so that nobody routes before all do.
  await house.database.rows(`UPDATE agents SET state = 'active', available = true WHERE user_id = $1`, [anna.id]);
  await Promise.all(queues.flatMap((queue) => [queue, queue]).map((queue) => house.get(RoutingRound).run(queue)));
  expect(await desk.offersOf(anna)).toHaveLength(2);
});
