import { Injectable } from '@nestjs/common';
import { Database, row, type Tx } from '#database';

export interface SilentChat {
  readonly queue_id: string;
  readonly agent_id: string | null;
  /** Before whom it stood until now. */
  readonly offered_to: string | null;
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

const LIMIT = `$1::timestamptz - make_interval(mins => ${PATIENCE})`;

/**
 * When the newest of what is in chat `c` came. Its messenger may have dated it long before: while it, or we, were away it
 * could not bring it. What waits keeps its place, and may have come to wait long after: when it was given back, or moved
 * to this queue, a line of the house says.
 */
const LAST_CAME = `(SELECT m.received_at FROM messages m
  WHERE m.chat_id = c.id AND (m.direction <> 'system' OR c.status = 'waiting' AND m.author_kind = 'system')
  ORDER BY m.seq DESC LIMIT 1)`;

const ONLY_OURS_COUNT = `c.status = 'in_progress' AND q.close_counts_from = 'last_outbound'`;

/** What came is looked up only where nobody said anything for long enough. */
const IS_SILENT = `c.closed_at IS NULL AND ${SILENT_SINCE} < ${LIMIT}
  AND CASE WHEN ${ONLY_OURS_COUNT} THEN true ELSE coalesce(${LAST_CAME} < ${LIMIT}, true) END`;

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

  /** Closes the chat if it still is silent once its row is ours: a statement that waited for it would see its old lines. */
  async close(tx: Tx, chatId: string, at: Date): Promise<SilentChat | undefined> {
    await row(tx, 'SELECT FROM chats WHERE id = $1 FOR NO KEY UPDATE', [chatId]);
    return row<SilentChat>(
      tx,
      `WITH silent AS (
         SELECT c.id, c.offered_to, ${PATIENCE} AS minutes FROM chats c JOIN queues q ON q.id = c.queue_id
         WHERE c.id = $2 AND ${IS_SILENT})
       UPDATE chats c SET status = 'closed', closed_at = $1, closed_by = NULL, close_reason = 'timeout',
         offered_to = NULL, offered_until = NULL
       FROM silent s WHERE c.id = s.id
       RETURNING c.queue_id, c.agent_id, s.offered_to, s.minutes`,
      [at.toISOString(), chatId],
    );
  }
}
