import { Injectable } from '@nestjs/common';
import { row, rows, type Tx } from '#database';

export type LoadVerdict = 'raised' | 'agent_inactive' | 'limit_reached';

/**
 * The counters of open chats, per agent and per agent and queue. They change in the transaction that assigns or closes
 * a chat, after the chat's row is locked and always in this order, so that nothing deadlocks.
 */
@Injectable()
export class AgentLoadRepository {
  /** Takes room for one more chat. Anything but `raised` means: roll back. */
  async raise(tx: Tx, userId: string, queueId: string): Promise<LoadVerdict> {
    const taken = await row(
      tx,
      `UPDATE agents SET open_chats = open_chats + 1, last_accept_at = now()
       WHERE user_id = $1 AND available AND open_chats < chat_limit RETURNING user_id`,
      [userId],
    );
    if (!taken) return this.whyNot(tx, userId);
    const takenInQueue = await row(
      tx,
      `INSERT INTO agent_queue_loads AS l (user_id, queue_id, open_chats) VALUES ($1, $2, 1)
       ON CONFLICT (user_id, queue_id) DO UPDATE SET open_chats = l.open_chats + 1
         WHERE l.open_chats < (SELECT agent_limit FROM queues WHERE id = $2)
       RETURNING user_id`,
      [userId, queueId],
    );
    return takenInQueue ? 'raised' : 'limit_reached';
  }

  async lower(tx: Tx, userId: string, queueId: string): Promise<void> {
    await rows(tx, 'UPDATE agents SET open_chats = open_chats - 1 WHERE user_id = $1', [userId]);
    await rows(tx, 'UPDATE agent_queue_loads SET open_chats = open_chats - 1 WHERE user_id = $1 AND queue_id = $2', [
      userId,
      queueId,
    ]);
  }

  private async whyNot(tx: Tx, userId: string): Promise<LoadVerdict> {
    const free = await row(tx, 'SELECT user_id FROM agents WHERE user_id = $1 AND available', [userId]);
    return free ? 'limit_reached' : 'agent_inactive';
  }
}
