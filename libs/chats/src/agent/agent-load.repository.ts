import { Injectable } from '@nestjs/common';
import { row, rows, type Tx } from '#database';

export type LoadVerdict = 'raised' | 'agent_inactive' | 'limit_reached';

/** Where an open chat counts. */
export interface LoadPlace {
  readonly agentId: string;
  readonly queueId: string;
}

/**
 * The counters of open chats, per agent and per agent and queue. They change in the transaction that assigns or closes
 * a chat, after the chat's row is locked; agents by their ids, each before their queues, so that nothing deadlocks.
 */
@Injectable()
export class AgentLoadRepository {
  /**
   * Takes a chat from the count of one agent and puts it onto another's; null where nobody had it, or nobody gets it.
   * Anything but `raised` means: roll back.
   */
  async shift(tx: Tx, from: LoadPlace | null, to: LoadPlace | null): Promise<LoadVerdict> {
    const lowerFirst = from && (!to || from.agentId < to.agentId);
    if (lowerFirst) await this.lower(tx, from);
    const verdict = to ? await this.raise(tx, to) : 'raised';
    if (from && !lowerFirst) await this.lower(tx, from);
    return verdict;
  }

  private async raise(tx: Tx, { agentId: userId, queueId }: LoadPlace): Promise<LoadVerdict> {
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

  private async lower(tx: Tx, { agentId: userId, queueId }: LoadPlace): Promise<void> {
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
