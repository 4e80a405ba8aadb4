import type { Caller } from '#identity';
import { AcceptChat } from '../chat/accept-chat.js';
import { CloseChat } from '../chat/close-chat.js';
import { SilentChats } from '../life/silent-chats.js';
import { TakeOverChat } from '../ownership/take-over-chat.js';
import { TransferChat } from '../ownership/transfer-chat.js';
import { Queues } from '../queue/queues.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { routingDesk } from '../testing/routing-desk.js';
import { DeclineOffer } from './decline-offer.js';
import { Routing } from './routing.js';
import { RoutingRound } from './routing-round.js';
import { RoutingRounds } from './routing-rounds.js';
import { SituationRepository } from './situation.repository.js';

/** Real: the room and PostgreSQL. What is asked for is done when a test says so. */
let house: ChatHouse;
let desk: ReturnType<typeof routingDesk>;
beforeAll(async () => {
  house = await openChatHouse();
  await house.get(RoutingRounds).beforeApplicationShutdown();
  desk = routingDesk(house);
});
afterAll(() => house.close());

interface Ending {
  readonly agent: Caller;
  readonly boss: Caller;
  readonly chat: string;
  readonly queue: string;
}

it.each<[string, (ending: Ending) => Promise<unknown>]>([
  ['a supervisor accepts it', ({ boss, chat }) => house.get(AcceptChat).acceptChat(boss, chat)],
  ['a supervisor takes it', ({ boss, chat }) => house.get(TakeOverChat).takeOverChat(boss, chat)],
  ['a supervisor closes it', ({ boss, chat }) => house.get(CloseChat).closeActiveChat(boss, chat)],
  [
    'it is moved to another queue',
    async ({ boss, chat }) => house.get(TransferChat).transferChat(boss, chat, { queueId: await house.aQueue() }),
  ],
  [
    'it is closed for its silence',
    async ({ queue }) => {
      await house.get(Queues).update(queue, { closeWaitingAfterMinutes: 1 });
      await house.get(SilentChats).closeAll(new Date(Date.now() + 61_000));
    },
  ],
  ['the agent declines it', ({ agent, chat }) => house.get(DeclineOffer).declineOffer(agent, chat)],
  [
    'its time is over',
    async ({ chat, queue }) => {
      await desk.letPass(chat);
      await house.get(RoutingRound).run(queue);
    },
  ],
])('an agent whose offer ends as %s is thought of at once for what waits elsewhere', async (_, end) => {
  const [queue, elsewhere] = [await desk.aRoutedQueue(), await desk.aRoutedQueue()];
  const agent = await house.anAgent({ queues: [queue, elsewhere], chatLimit: 1 });
  const boss = await house.anAgent({ role: 'supervisor' });
  const [chat, other] = [await house.aChat(queue), await house.aChat(elsewhere)];
  expect(await desk.routed(chat, other)).toEqual([agent.id, null]);
  await house.anAgent({ queues: [queue] });
  house.get(Routing).take();
  await end({ agent, boss, chat, queue });
  const wishes = house.get(Routing).take() ?? { queueIds: [], agentIds: [] };
  expect(await house.get(SituationRepository).wanted(wishes)).toContain(elsewhere);
});
