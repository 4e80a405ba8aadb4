import type { Caller } from '#identity';
import { Agents } from '../agent/agents.js';
import { ChatList } from '../chat/chat-list.js';
import { UnreadCounts } from '../chat/unread-counts.js';
import { QueueAgents } from '../queue/queue-agents.js';
import { Queues } from '../queue/queues.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';

/** Real: the room and PostgreSQL. Offers are written by hand: who gets one is another matter. */
let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse();
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

async function offer(chatId: string, { id }: Caller): Promise<void> {
  await house.database.rows(
    `UPDATE chats SET offered_to = $2, offered_until = now() + interval '5 minutes' WHERE id = $1`,
    [chatId, id],
  );
}

it('an offered chat stands before its agent only, beside those that wait for everyone', async () => {
  const [offering, open] = [await house.aQueue(), await house.aQueue()];
  await house.get(Queues).update(offering, { routingRule: 'least_busy' });
  const anna = await house.anAgent({ queues: [offering, open] });
  const ben = await house.anAgent({ queues: [offering] });
  const first = await house.aChat(offering, ['Hello', 'Anybody there?']);
  const second = await house.aChat(open);
  const third = await house.aChat(offering);
  expect(await standingBefore(anna)).toEqual([second]);
  await offer(third, anna);
  await offer(first, ben);
  expect(await standingBefore(anna)).toEqual([second, third]);
  expect(await standingBefore(ben)).toEqual([first]);
  await house.get(Agents).setMyState(ben, 'inactive');
  expect(await standingBefore(ben)).toEqual([]);
});

it('an offer ends for the counts and the list with the rule and with the membership', async () => {
  const queue = await house.aQueue();
  await house.get(Queues).update(queue, { routingRule: 'round_robin' });
  const anna = await house.anAgent({ queues: [queue] });
  const [first, second] = [await house.aChat(queue), await house.aChat(queue)];
  await offer(first, anna);
  expect(await standingBefore(anna)).toEqual([first]);
  await house.get(Queues).update(queue, { routingRule: 'everyone' });
  expect(await standingBefore(anna)).toEqual([first, second]);
  await house.get(QueueAgents).remove(queue, anna.id);
  expect(await standingBefore(anna)).toEqual([]);
});
