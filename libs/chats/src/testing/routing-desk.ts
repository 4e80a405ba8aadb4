import type { Caller } from '#identity';
import type { UpdateQueueDto } from '../queue/queue.dto.js';
import { Queues } from '../queue/queues.js';
import { RoutingRounds } from '../routing/routing-rounds.js';
import type { ChatHouse } from './chat-house.js';

/** Offers as the database has them, and the clock of their deadlines: moved, never waited for. */
export function routingDesk(house: ChatHouse) {
  async function aRoutedQueue(settings: UpdateQueueDto = {}): Promise<string> {
    const queue = await house.aQueue();
    await house.get(Queues).update(queue, { routingRule: 'least_busy', ...settings });
    return queue;
  }

  async function offeredTo(chatId: string): Promise<string | null> {
    const [chat] = await house.database.rows<{ agentId: string | null }>(
      'SELECT offered_to AS "agentId" FROM chats WHERE id = $1',
      [chatId],
    );
    return chat!.agentId;
  }

  /** Lets the time of the chat's offer be over. */
  async function letPass(chatId: string): Promise<void> {
    await house.database.rows(`UPDATE chats SET offered_until = now() - interval '1 second' WHERE id = $1`, [chatId]);
  }

  /** Routes all there is, and answers before whom these chats stand then. */
  async function routed<Chats extends readonly string[]>(...chats: Chats) {
    await house.get(RoutingRounds).settle();
    return Promise.all(chats.map(offeredTo)) as Promise<{ [Index in keyof Chats]: string | null }>;
  }

  /** Only their own: the queues of other tests share the house. */
  async function offersOf({ id }: Caller): Promise<string[]> {
    const chats = await house.database.rows<{ id: string }>('SELECT id FROM chats WHERE offered_to = $1 ORDER BY id', [
      id,
    ]);
    return chats.map((chat) => chat.id);
  }

  return { aRoutedQueue, offeredTo, letPass, routed, offersOf };
}
