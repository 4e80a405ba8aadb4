import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { standingBefore } from './standing-before.js';

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
      SELECT c.inbound_count - coalesce(c.agent_position, c.team_position) AS unread
      FROM chats c WHERE c.agent_id = $1 AND c.closed_at IS NULL
      UNION ALL
      SELECT w.inbound_count - coalesce(p.position, w.team_position)
      FROM (SELECT w.* ${standingBefore('c.id, c.inbound_count, c.team_position')}) w
      LEFT JOIN chat_positions p ON p.chat_id = w.id AND p.user_id = $1
    ) theirs`,
};

@Injectable()
export class UnreadRepository {
  constructor(private readonly database: Database) {}

  async of(userId: string): Promise<Unread> {
    const unread = await this.database.row<Unread>(UNREAD, [userId]);
    return unread ?? { chats: 0, messages: 0 };
  }
}
