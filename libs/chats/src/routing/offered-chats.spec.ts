import type { Caller } from '#identity';
import { Agents } from '../agent/agents.js';
import { ChatList } from '../chat/chat-list.js';
import { UnreadCounts } from '../chat/unread-counts.js';
import { QueueAgents } from '../queue/queue-agents.js';
import { Queues } from '../queue/queues.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { routingDesk } from '../testing/routing-desk.js';

/** Real: the room and PostgreSQL. */
let house: ChatHouse;
let desk: ReturnType<typeof routingDesk>;
beforeAll(async () => {
  house = await openChatHouse();
  desk = routingDesk(house);
});
afterAll(() => house.close());

async function standingBefore(caller: Caller): Promise<string[]> {
  const { data } = await house.get(ChatList).getChats(caller, { filter: 'waiting', limit: 50 });
  const unread = house.get(UnreadCounts);
  expect(await unread.getUnreadChatsCount(caller)).toEqual({ count: data.length });
  expect(await unread.getUnreadMessagesCount(caller)).toEqual({
    count: data.reduce((sum, { unreadCount }) => sum + unreadCount, 0),
  });
  return data.map(({ id }) => id);
}

it('an offered chat stands before its agent only, beside those that wait for everyone', async () => {
  const [offering, open] = [await desk.aRoutedQueue(), await house.aQueue()];
  const anna = await house.anAgent({ queues: [offering, open] });
  const ben = await house.anAgent({ queues: [offering] });
  const first = await house.aChat(offering, ['Hello', 'Anybody there?']);
  const second = await house.aChat(open);
  expect(await desk.routed(first)).toEqual([anna.id]);
  const third = await house.aChat(offering);
  expect(await desk.routed(third)).toEqual([ben.id]);
  expect(await standingBefore(anna)).toEqual([first, second]);
  expect(await standingBefore(ben)).toEqual([third]);
  await house.get(Agents).setMyState(ben, 'inactive');
  expect(await standingBefore(ben)).toEqual([]);
});

it('an offer ends for the counts and the list with the rule and with the membership', async () => {
  const queue = await desk.aRoutedQueue();
  const anna = await house.anAgent({ queues: [queue], chatLimit: 1 });
  const [first, second] = [await house.aChat(queue), await house.aChat(queue)];
  expect(await desk.routed(first, second)).toEqual([anna.id, null]);
  expect(await standingBefore(anna)).toEqual([first]);
  await house.get(Queues).update(queue, { routingRule: 'everyone' });
  expect(await standingBefore(anna)).toEqual([first, second]);
  await house.get(QueueAgents).remove(queue, anna.id);
  expect(await standingBefore(anna)).toEqual([]);
});
