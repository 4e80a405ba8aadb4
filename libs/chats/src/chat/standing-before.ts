import { rulesForEveryone } from '../routing/routing-rules.js';

const FOR_EVERYONE = rulesForEveryone.map((rule) => `'${rule}'`).join(', ');

/**
 * The waiting chats that stand before user $1 while they are available: all those of their queues where the queue's rule
 * shows them to everyone, else those offered to them. A FROM and WHERE; the chats are called `w`. `columns` and `more`
 * (further conditions, an order, a limit) are asked of each source, where a chat is called `c`.
 */
export function standingBefore(columns: string, more = ''): string {
  const source = (condition: string) => `(
      SELECT ${columns} FROM chats c
      WHERE c.queue_id = mq.id AND c.status = 'waiting' AND ${condition} ${more})`;
  return `
    FROM agents a
    JOIN queue_agents m ON m.user_id = a.user_id
    JOIN queues mq ON mq.id = m.queue_id
    CROSS JOIN LATERAL (
      ${source(`mq.routing_rule IN (${FOR_EVERYONE})`)}
      UNION ALL
      ${source(`mq.routing_rule NOT IN (${FOR_EVERYONE}) AND c.offered_to = a.user_id`)}
    ) w
    WHERE a.user_id = $1::uuid AND a.available`;
}
