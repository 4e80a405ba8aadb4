import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { rulesForEveryone } from '../queue/routing-rules.js';

export interface Unread {
  readonly chats: number;
  readonly messages: number;
}

/** Over exactly the chats that the lists `mine` and `waiting` show. */
const UNREAD = {
  name: 'chats-unread',
  text: `
    SELECT count(*) FILTER (WHERE unread > 0)::int AS chats, coalesce(sum(unread) FILTER (WHERE unread > 0), 0)::int AS messages
    FROM (
      SELECT c.inbound_count - coalesce(p.position, c.team_position) AS unread
      FROM chats c LEFT JOIN chat_positions p ON p.chat_id = c.id AND p.user_id = $1
      WHERE c.agent_id = $1 AND c.status = 'in_progress'
      UNION ALL
      SELECT c.inbound_count - coalesce(p.position, c.team_position)
      FROM agents a
      JOIN queue_agents m ON m.user_id = a.user_id
      JOIN queues q ON q.id = m.queue_id AND q.routing_rule = ANY ($2::text[])
      JOIN chats c ON c.queue_id = m.queue_id AND c.status = 'waiting'
      LEFT JOIN chat_positions p ON p.chat_id = c.id AND p.user_id = $1
      WHERE a.user_id = $1 AND a.available
    ) theirs`,
};

@Injectable()
export class UnreadRepository {
  constructor(private readonly database: Database) {}

  async of(userId: string): Promise<Unread> {
    const unread = await this.database.row<Unread>(UNREAD, [userId, rulesForEveryone]);
    return unread ?? { chats: 0, messages: 0 };
  }
}
