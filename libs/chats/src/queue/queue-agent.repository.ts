import { Injectable } from '@nestjs/common';
import { row, type Tx } from '#database';

/** Who belongs to which queue. */
@Injectable()
export class QueueAgentRepository {
  async isUser(tx: Tx, userId: string): Promise<boolean> {
    return (await row(tx, 'SELECT id FROM users WHERE id = $1 AND active FOR KEY SHARE', [userId])) !== undefined;
  }

  /** False when they belong to it already. */
  async add(tx: Tx, queueId: string, userId: string): Promise<boolean> {
    const added = await row(
      tx,
      'INSERT INTO queue_agents (queue_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1',
      [queueId, userId],
    );
    return added !== undefined;
  }

  /** False when they did not belong to it. */
  async remove(tx: Tx, queueId: string, userId: string): Promise<boolean> {
    const removed = await row(tx, 'DELETE FROM queue_agents WHERE queue_id = $1 AND user_id = $2 RETURNING 1', [
      queueId,
      userId,
    ]);
    return removed !== undefined;
  }
}
