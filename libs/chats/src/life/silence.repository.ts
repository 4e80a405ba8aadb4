import { Injectable } from '@nestjs/common';
import { Database, row, type Tx } from '#database';

export interface SilentChat {
  readonly queue_id: string;
  readonly agent_id: string | null;
  /** How long the queue lets a chat be silent. */
  readonly minutes: number;
}

/** How long a chat `c` of queue `q` may be silent as it stands; null: for ever. */
const PATIENCE = `CASE c.status WHEN 'in_progress' THEN q.close_after_minutes
  WHEN 'waiting' THEN q.close_waiting_after_minutes END`;

/** Since when nothing was said in chat `c` that counts for its queue `q`. */
const SILENT_SINCE = `CASE
  WHEN c.status = 'waiting' THEN greatest(c.waiting_since, c.last_message_at)
  WHEN q.close_counts_from = 'last_message' THEN greatest(c.accepted_at, c.last_message_at)
  ELSE greatest(c.accepted_at, c.last_outbound_at)
END`;

const IS_SILENT = `c.closed_at IS NULL AND ${SILENT_SINCE} < $1::timestamptz - make_interval(mins => ${PATIENCE})`;

@Injectable()
export class SilenceRepository {
  constructor(private readonly database: Database) {}

  /** Open chats that are silent for longer than their queue allows; only queues that ask for it are looked at. */
  async overdue(at: Date, limit: number): Promise<string[]> {
    const found = await this.database.rows<{ id: string }>(
      `SELECT c.id FROM queues q JOIN chats c ON c.queue_id = q.id
       WHERE (q.close_after_minutes IS NOT NULL OR q.close_waiting_after_minutes IS NOT NULL) AND ${IS_SILENT}
       ORDER BY c.id LIMIT $2`,
      [at.toISOString(), limit],
    );
    return found.map(({ id }) => id);
  }

  /** Closes the chat if it still is silent once its row is ours. */
  close(tx: Tx, chatId: string, at: Date): Promise<SilentChat | undefined> {
    return row<SilentChat>(
      tx,
      `WITH silent AS (
         SELECT c.id, ${PATIENCE} AS minutes FROM chats c JOIN queues q ON q.id = c.queue_id
         WHERE c.id = $2 AND ${IS_SILENT} FOR NO KEY UPDATE OF c)
       UPDATE chats c SET status = 'closed', closed_at = $1, closed_by = NULL, close_reason = 'timeout',
         offered_to = NULL, offered_until = NULL
       FROM silent s WHERE c.id = s.id
       RETURNING c.queue_id, c.agent_id, s.minutes`,
      [at.toISOString(), chatId],
    );
  }
}
