import { Injectable } from '@nestjs/common';
import { row, rows, type Tx } from '#database';

/** Who belongs to which queue. */
@Injectable()
export class QueueAgentRepository {
  async isUser(tx: Tx, userId: string): Promise<boolean> {
    return (await row(tx, 'SELECT id FROM users WHERE id = $1 AND active FOR KEY SHARE', [userId])) !== undefined;
  }

  async add(tx: Tx, queueId: string, userId: string): Promise<void> {
    await rows(tx, 'INSERT INTO queue_agents (queue_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      queueId,
      userId,
    ]);
  }

  async remove(tx: Tx, queueId: string, userId: string): Promise<void> {
    await rows(tx, 'DELETE FROM queue_agents WHERE queue_id = $1 AND user_id = $2', [queueId, userId]);
  }
}
