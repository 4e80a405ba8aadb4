import { Injectable } from '@nestjs/common';
import { Database, row, rows, type Tx } from '#database';

/** A chat's deliveries, in order, held by one deliverer at a time. */
export interface Lane {
  readonly chatId: string;
  readonly channelId: string;
  readonly identityId: string;
  /** Who holds it: a new id with every claim, so that nobody takes a later claim for their own. */
  readonly holder: string;
  /** Tries in a row that failed for a passing reason. */
  readonly attempts: number;
}

/** How many lanes of a channel this deliverer already runs. */
export interface Load {
  readonly channelId: string;
  readonly running: number;
}

/** What a holder learns when it renews its lease. */
export interface Renewed {
  /** Whether its channel may send at all: active, and its credentials are taken. */
  readonly open: boolean;
  /** How long the messenger told the whole channel to wait; 0 = not at all. */
  readonly heldMs: number;
}

const FREE = `l.due_at <= now() AND (l.leased_until IS NULL OR l.leased_until < now())`;

const EXTEND = {
  name: 'outbox-extend',
  text: `
    INSERT INTO outbox_lanes AS l (chat_id, channel_id, due_at) VALUES ($1, $2, now())
    ON CONFLICT (chat_id) DO UPDATE SET channel_id = l.channel_id`,
};

const RENEW = {
  name: 'outbox-renew',
  text: `
    UPDATE outbox_lanes l SET leased_until = now() + make_interval(secs => $3::float8 / 1000)
    FROM channels c LEFT JOIN outbox_holds h ON h.channel_id = c.id
    WHERE l.chat_id = $1 AND l.leased_by = $2 AND l.leased_until > now() AND c.id = l.channel_id
    RETURNING c.active AND c.health <> 'needs_reauthorization' AS open,
      greatest(coalesce(extract(epoch FROM h.until - now()) * 1000, 0), 0)::float8 AS "heldMs"`,
};

const FORGET_ATTEMPTS = {
  name: 'outbox-forget-attempts',
  text: 'UPDATE outbox_lanes SET attempts = 0 WHERE chat_id = $1 AND leased_by = $2 AND attempts > 0',
};

const POSTPONE = {
  name: 'outbox-postpone',
  text: `
    UPDATE outbox_lanes SET leased_by = NULL, leased_until = NULL, attempts = $4, awaits = $5,
      due_at = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
    WHERE chat_id = $1 AND leased_by = $2`,
};

const LOCK = {
  name: 'outbox-lock',
  text: 'SELECT 1 FROM outbox_lanes WHERE chat_id = $1 AND leased_by = $2 FOR UPDATE',
};

const FINISH = {
  name: 'outbox-finish',
  text: `
    DELETE FROM outbox_lanes WHERE chat_id = $1 AND leased_by = $2
    AND NOT EXISTS (SELECT FROM messages WHERE chat_id = $1 AND status IN ('queued', 'sending'))
    RETURNING chat_id`,
};

/**
 * Leases are by the database's clock. A lease that ran out belongs to whoever claims the lane next; every write of its
 * former holder finds nothing to change.
 */
@Injectable()
export class LanesRepository {
  constructor(private readonly database: Database) {}

  /** Makes sure the chat has a lane. In the transaction that queues the messages: it waits for a lane's removal. */
  async extend(tx: Tx, chatId: string, channelId: string): Promise<void> {
    await rows(tx, EXTEND, [chatId, channelId]);
  }

  /**
   * Claims due lanes, of each channel the oldest and at most `perChannel` here, so that none crowds out the others. A
   * channel that may not send costs nothing, however much waits in it.
   */
  claim(leaseMs: number, limit: number, perChannel: number, loads: readonly Load[]): Promise<Lane[]> {
    return this.database.rows<Lane>(
      `WITH candidates AS (
         SELECT oldest.chat_id FROM channels c
         LEFT JOIN outbox_holds h ON h.channel_id = c.id
         LEFT JOIN unnest($3::uuid[], $4::int[]) AS busy (channel_id, running) ON busy.channel_id = c.id
         CROSS JOIN LATERAL (
           SELECT l.chat_id, l.due_at FROM outbox_lanes l WHERE l.channel_id = c.id AND ${FREE}
           ORDER BY l.due_at LIMIT greatest($5 - coalesce(busy.running, 0), 0)
         ) AS oldest
         WHERE c.active AND c.health <> 'needs_reauthorization' AND (h.until IS NULL OR h.until <= now())
         ORDER BY oldest.due_at LIMIT $2
       ), locked AS (
         SELECT l.chat_id FROM outbox_lanes l WHERE l.chat_id IN (SELECT chat_id FROM candidates) AND ${FREE}
         FOR UPDATE SKIP LOCKED
       )
       UPDATE outbox_lanes l SET leased_by = gen_random_uuid(), awaits = NULL,
         leased_until = now() + make_interval(secs => $1::float8 / 1000)
       FROM locked JOIN chats chat ON chat.id = locked.chat_id
       WHERE l.chat_id = locked.chat_id
       RETURNING l.chat_id AS "chatId", l.channel_id AS "channelId", chat.identity_id AS "identityId",
         l.leased_by AS holder, l.attempts`,
      [leaseMs, limit, loads.map((l) => l.channelId), loads.map((l) => l.running), perChannel],
    );
  }

  /** Lanes whose awaited message has been proved, or decided by a person, are due now. */
  async endWaits(): Promise<void> {
    await this.database.rows(
      `UPDATE outbox_lanes l SET awaits = NULL, due_at = now() FROM messages m
       WHERE l.awaits IS NOT NULL AND m.id = l.awaits AND m.status <> 'unconfirmed'`,
    );
  }

  /** Prolongs a lease that is still ours; undefined when it ran out, whoever has it now. */
  renew(tx: Tx, { chatId, holder }: Lane, leaseMs: number): Promise<Renewed | undefined> {
    return row<Renewed>(tx, RENEW, [chatId, holder, leaseMs]);
  }

  /** The same outside of a transaction, while a long call is under way. False when the lease is lost. */
  async prolong({ chatId, holder }: Lane, leaseMs: number): Promise<boolean> {
    const prolonged = await this.database.row(
      `UPDATE outbox_lanes SET leased_until = now() + make_interval(secs => $3::float8 / 1000)
       WHERE chat_id = $1 AND leased_by = $2 AND leased_until > now() RETURNING 1`,
      [chatId, holder, leaseMs],
    );
    return prolonged !== undefined;
  }

  /** Whether the lease is ours at this moment: asked right before a byte leaves. */
  async holds({ chatId, holder }: Lane): Promise<boolean> {
    const held = await this.database.row(
      'SELECT 1 FROM outbox_lanes WHERE chat_id = $1 AND leased_by = $2 AND leased_until > now()',
      [chatId, holder],
    );
    return held !== undefined;
  }

  /** A message got through or failed for good: the next one starts without the waiting its forerunner collected. */
  async forgetAttempts(tx: Tx, { chatId, holder }: Lane): Promise<void> {
    await rows(tx, FORGET_ATTEMPTS, [chatId, holder]);
  }

  /** Gives the lane back, to be claimed again after `waitMs`, or sooner when `awaits` is no longer unconfirmed. */
  async postpone(
    tx: Tx,
    { chatId, holder }: Lane,
    waitMs: number,
    attempts: number,
    awaits: string | null = null,
  ): Promise<void> {
    await rows(tx, POSTPONE, [chatId, holder, waitMs, attempts, awaits]);
  }

  /** The messenger told the channel to wait: on every node, and never shorter than it was told before. */
  async hold(tx: Tx, channelId: string, waitMs: number): Promise<void> {
    await rows(
      tx,
      `INSERT INTO outbox_holds AS h (channel_id, until)
       VALUES ($1, clock_timestamp() + make_interval(secs => $2::float8 / 1000))
       ON CONFLICT (channel_id) DO UPDATE SET until = greatest(h.until, excluded.until)`,
      [channelId, waitMs],
    );
  }

  /**
   * Removes a lane of ours with nothing left to send; false where there is something. The row is locked first: an answer that
   * is just being accepted has it locked and is seen by the second statement, or waits for the removal and makes the lane anew.
   */
  async finish(tx: Tx, { chatId, holder }: Lane): Promise<boolean> {
    const [, removed] = await Promise.all([rows(tx, LOCK, [chatId, holder]), row(tx, FINISH, [chatId, holder])]);
    return removed !== undefined;
  }
}
