import { Injectable } from '@nestjs/common';
import { Database, row, rows, type Tx } from '#database';

/** A chat's deliveries, in order, held by one deliverer at a time. */
export interface Lane {
  readonly chatId: string;
  readonly channelId: string;
  readonly identityId: string;
  /** Tries in a row that failed for a passing reason. */
  readonly attempts: number;
}

/** How many lanes of a channel this deliverer already runs. */
export interface Load {
  readonly channelId: string;
  readonly running: number;
}

const LANE = `l.chat_id AS "chatId", l.channel_id AS "channelId", chat.identity_id AS "identityId", l.attempts`;

/**
 * Leases are by the database's clock. A lease that ran out belongs to whoever claims the lane next; every write of its
 * former holder finds nothing to change.
 */
@Injectable()
export class LanesRepository {
  constructor(private readonly database: Database) {}

  /** Makes sure the chat has a lane that reaches up to `tailSeq`. In the transaction that queues the messages. */
  async extend(tx: Tx, chatId: string, channelId: string, tailSeq: number): Promise<void> {
    await rows(
      tx,
      `INSERT INTO outbox_lanes AS l (chat_id, channel_id, tail_seq, due_at) VALUES ($1, $2, $3, now())
       ON CONFLICT (chat_id) DO UPDATE SET tail_seq = greatest(l.tail_seq, excluded.tail_seq)`,
      [chatId, channelId, tailSeq],
    );
  }

  /** Claims due lanes, oldest first, at most `perChannel` of one channel here, so that none crowds out the others. */
  claim(holder: string, leaseMs: number, limit: number, perChannel: number, loads: readonly Load[]): Promise<Lane[]> {
    return this.database.rows<Lane>(
      `WITH ranked AS (
         SELECT l.chat_id, l.due_at, l.channel_id, row_number() OVER (PARTITION BY l.channel_id ORDER BY l.due_at) AS place
         FROM outbox_lanes l JOIN channels c ON c.id = l.channel_id
         WHERE l.due_at <= now() AND (l.leased_until IS NULL OR l.leased_until < now())
           AND c.active AND c.health <> 'needs_reauthorization'
       ), candidates AS (
         SELECT r.chat_id FROM ranked r
         LEFT JOIN unnest($4::uuid[], $5::int[]) AS busy (channel_id, running) USING (channel_id)
         WHERE r.place + coalesce(busy.running, 0) <= $6 ORDER BY r.due_at LIMIT $3
       ), locked AS (
         SELECT chat_id FROM outbox_lanes
         WHERE chat_id IN (SELECT chat_id FROM candidates) AND due_at <= now()
           AND (leased_until IS NULL OR leased_until < now())
         FOR UPDATE SKIP LOCKED
       )
       UPDATE outbox_lanes l SET leased_by = $1, leased_until = now() + make_interval(secs => $2::float8 / 1000)
       FROM locked JOIN chats chat ON chat.id = locked.chat_id
       WHERE l.chat_id = locked.chat_id RETURNING ${LANE}`,
      [holder, leaseMs, limit, loads.map((l) => l.channelId), loads.map((l) => l.running), perChannel],
    );
  }

  /** Prolongs a lease that is still ours; false when it ran out, whoever has it now. */
  async renew(tx: Tx, chatId: string, holder: string, leaseMs: number): Promise<boolean> {
    const renewed = await row(
      tx,
      `UPDATE outbox_lanes SET leased_until = now() + make_interval(secs => $3::float8 / 1000)
       WHERE chat_id = $1 AND leased_by = $2 AND leased_until > now() RETURNING chat_id`,
      [chatId, holder, leaseMs],
    );
    return renewed !== undefined;
  }

  /** Whether the lease is ours at this moment: asked right before a byte leaves. */
  async holds(chatId: string, holder: string): Promise<boolean> {
    const held = await this.database.row(
      'SELECT 1 FROM outbox_lanes WHERE chat_id = $1 AND leased_by = $2 AND leased_until > now()',
      [chatId, holder],
    );
    return held !== undefined;
  }

  /** A message got through or failed for good: the next one starts without the waiting its forerunner collected. */
  async forgetAttempts(tx: Tx, chatId: string, holder: string): Promise<void> {
    await rows(tx, 'UPDATE outbox_lanes SET attempts = 0 WHERE chat_id = $1 AND leased_by = $2 AND attempts > 0', [
      chatId,
      holder,
    ]);
  }

  /** Gives the lane back, to be claimed again after `waitMs`. */
  async postpone(tx: Tx, chatId: string, holder: string, waitMs: number, attempts: number): Promise<void> {
    await rows(
      tx,
      `UPDATE outbox_lanes SET leased_by = NULL, leased_until = NULL, attempts = $4,
         due_at = now() + make_interval(secs => $3::float8 / 1000)
       WHERE chat_id = $1 AND leased_by = $2`,
      [chatId, holder, waitMs, attempts],
    );
  }

  /**
   * Removes a lane with nothing left to send. An answer accepted at the same moment is either seen here, or has moved
   * `tail_seq` beyond the chat's number that this statement sees: then the lane stays, free to be claimed at once.
   */
  async finish(tx: Tx, chatId: string, holder: string): Promise<void> {
    const removed = await row(
      tx,
      `DELETE FROM outbox_lanes WHERE chat_id = $1 AND leased_by = $2
         AND NOT EXISTS (SELECT FROM messages WHERE chat_id = $1 AND status IN ('queued', 'sending'))
         AND tail_seq <= (SELECT last_seq FROM chats WHERE id = $1)
       RETURNING chat_id`,
      [chatId, holder],
    );
    if (!removed) await this.postpone(tx, chatId, holder, 0, 0);
  }
}
