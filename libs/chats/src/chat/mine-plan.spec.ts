import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { AcceptChat } from './accept-chat.js';
import { ChatList } from './chat-list.js';

/** Real: PostgreSQL and its planner. One connection, because each keeps plans of its own. */
let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse({ poolSize: 1 });
});
afterAll(() => house.close());

/** So many open chats, as if they had been accepted long ago. */
async function holdsMany(agentId: string, number: number): Promise<void> {
  const { database } = house;
  await database.rows(
    `WITH people AS (
       INSERT INTO identities (id, messenger, scope, external_id)
       SELECT gen_random_uuid(), 'pigeon', '', 'one of many ' || n FROM generate_series(1, $2::int) n RETURNING id)
     INSERT INTO chats (id, channel_id, identity_id, queue_id, status, agent_id, opened_at)
     SELECT gen_random_uuid(), c.channel_id, people.id, c.queue_id, 'in_progress', $1, now()
     FROM people CROSS JOIN (SELECT channel_id, queue_id FROM chats LIMIT 1) c`,
    [agentId, number],
  );
  for (const table of ['identities', 'chats']) await database.rows(`ANALYZE ${table}`);
}

it('plans an agent’s own chats once for everybody, also where some have few and others many', async () => {
  const queue = await house.aQueue();
  const [agent, busy] = [await house.anAgent({ queues: [queue] }), await house.anAgent({ queues: [queue] })];
  const chat = await house.aChat(queue);
  await house.get(AcceptChat).acceptChat(agent, chat);
  await holdsMany(busy.id, 3_000);
  // PostgreSQL plans a prepared statement anew five times before it compares that with one plan for all.
  for (let times = 0; times < 9; times++) {
    const { data } = await house.get(ChatList).getChats(agent, { filter: 'mine', limit: 50 });
    expect(data.map(({ id }) => id)).toEqual([chat]);
  }
  const plans = await house.database.rows(
    `SELECT custom_plans::int AS custom, generic_plans::int AS generic FROM pg_prepared_statements
     WHERE statement LIKE '%c.agent_id = %' AND statement LIKE '%AS sort_key%' AND statement LIKE '%last_message_at%'`,
  );
  expect(plans).toEqual([{ custom: 5, generic: 4 }]);
});
