import { Agents } from '../agent/agents.js';
import { AcceptChat } from '../chat/accept-chat.js';
import { QueueAgents } from '../queue/queue-agents.js';
import { Queues } from '../queue/queues.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { routingDesk } from '../testing/routing-desk.js';
import { DecisionRepository } from './decision.repository.js';
import { DeclineOffer } from './decline-offer.js';
import { ExplainRouting } from './explain-routing.js';
import { RoutingRounds } from './routing-rounds.js';

/** Real: the room and PostgreSQL. */
let house: ChatHouse;
let desk: ReturnType<typeof routingDesk>;
beforeAll(async () => {
  house = await openChatHouse();
  desk = routingDesk(house);
  // Only the tests route: a round of the house's own may see half of what one prepares, and note that nobody is there yet.
  await house.get(RoutingRounds).beforeApplicationShutdown();
});
afterAll(() => house.close());

it('says who is asked, who would be next, who is not and why, and how it came so', async () => {
  const queue = await desk.aRoutedQueue({ agentLimit: 2 });
  const anna = await house.anAgent({ queues: [queue] });
  const [away, full] = [
    await house.anAgent({ queues: [queue], active: false }),
    await house.anAgent({ queues: [queue], chatLimit: 1 }),
  ];
  const elsewhere = await house.aQueue();
  await house.get(QueueAgents).add(elsewhere, full.id);
  await house.get(AcceptChat).acceptChat(full, await house.aChat(elsewhere));
  const chat = await house.aChat(queue);
  await desk.routed(chat);
  await desk.letPass(chat);
  const ben = await house.anAgent({ queues: [queue] });
  await desk.routed(chat);
  await house.get(DeclineOffer).declineOffer(ben, chat);
  await desk.routed(chat);

  const told = await house.get(ExplainRouting).explainRouting(anna, chat);
  expect(told).toMatchObject({ status: 'waiting', rule: 'least_busy', queue: { id: queue } });
  expect(told.now).toMatchObject({ ahead: 0, offer: { agent: { id: anna.id, name: anna.name } } });
  expect(told.now?.considered).toEqual([
    { id: anna.id, name: anna.name, place: 1, reason: 'let this chat pass, so all others come first' },
    { id: ben.id, name: ben.name, place: 2, reason: 'let this chat pass, so all others come first' },
    { id: away.id, name: away.name, place: null, reason: 'is not available (inactive)' },
    { id: full.id, name: full.name, place: null, reason: 'holds 1 chat of at most 1' },
  ]);
  expect(told.decisions.map(({ outcome, sentence }) => [outcome, sentence])).toEqual([
    ['offered', `${anna.name} is asked: let this chat pass, so all others come first.`],
    ['declined', `${ben.name} is not asked any more: declined it.`],
    ['offered', `${ben.name} is asked: holds 0 chats.`],
    ['expired', `${anna.name} is not asked any more: gave no answer in time.`],
    ['offered', `${anna.name} is asked: holds 0 chats.`],
  ]);
  expect(told.decisions.at(-1)).toMatchObject({
    agent: { id: anna.id },
    offeredUntil: expect.any(Date) as Date,
    considered: [
      { id: anna.id, place: 1 },
      { id: away.id, place: null },
      { id: full.id, place: null },
    ],
    more: 0,
  });
});

it('says once why a chat waits, however often it is looked at, and again after that changed', async () => {
  const queue = await desk.aRoutedQueue();
  const supervisor = await house.anAgent({ role: 'supervisor' });
  const [first, second] = [await house.aChat(queue), await house.aChat(queue)];
  const explain = (chat: string) => house.get(ExplainRouting).explainRouting(supervisor, chat);
  for (let number = 0; number < 3; number++) {
    await house.get(Queues).update(queue, { offerSeconds: 60 + number });
    await desk.routed();
  }
  expect((await explain(second)).decisions).toMatchObject([{ outcome: 'waits', considered: [] }]);
  expect((await explain(second)).now).toMatchObject({ ahead: 1, offer: null });
  const anna = await house.anAgent({ queues: [queue], chatLimit: 1 });
  await desk.routed();
  await house.get(Agents).setMyState(anna, 'inactive');
  await desk.routed();
  expect((await explain(first)).decisions.map(({ outcome }) => outcome)).toEqual([
    'waits',
    'withdrawn',
    'offered',
    'waits',
  ]);
});

it('says of a queue that shows its chats to everyone who sees them', async () => {
  const queue = await house.aQueue(1);
  const anna = await house.anAgent({ queues: [queue] });
  const ben = await house.anAgent({ queues: [queue], active: false });
  const cleo = await house.anAgent({ queues: [queue] });
  await house.get(AcceptChat).acceptChat(cleo, await house.aChat(queue));
  const chat = await house.aChat(queue);
  const { now, decisions } = await house.get(ExplainRouting).explainRouting(anna, chat);
  expect(decisions).toEqual([]);
  expect(now?.considered.map(({ id, reason }) => [id, reason])).toEqual([
    [anna.id, 'sees it and may accept it'],
    [cleo.id, 'sees it, but holds 1 chat of at most 1 in this queue'],
    [ben.id, 'is not available (inactive)'],
  ]);
});

it('is for those who may see the chat, and keeps what was decided after it was accepted', async () => {
  const queue = await desk.aRoutedQueue();
  const [anna, stranger] = [await house.anAgent({ queues: [queue] }), await house.anAgent()];
  const chat = await house.aChat(queue);
  await desk.routed();
  await house.get(AcceptChat).acceptChat(anna, chat);
  const explain = house.get(ExplainRouting);
  await expect(explain.explainRouting(stranger, chat)).rejects.toMatchObject({ statusCode: 404 });
  expect(await explain.explainRouting(anna, chat)).toMatchObject({
    status: 'in_progress',
    now: null,
    decisions: [{ outcome: 'offered', agent: { id: anna.id } }],
  });
});

it('forgets what is older than it is kept', async () => {
  const queue = await desk.aRoutedQueue();
  const anna = await house.anAgent({ queues: [queue] });
  const chat = await house.aChat(queue);
  await desk.routed();
  await house.get(DeclineOffer).declineOffer(anna, chat);
  await desk.routed();
  await house.database.rows(
    `UPDATE routing_decisions SET at = at - interval '31 days' WHERE chat_id = $1 AND outcome = 'offered'`,
    [chat],
  );
  await house.get(DecisionRepository).forget(30);
  const { decisions } = await house.get(ExplainRouting).explainRouting(anna, chat);
  expect(decisions.map(({ outcome }) => outcome)).toEqual(['declined']);
});
