import { Injectable } from '@nestjs/common';
import { Database, rows, type Tx } from '#database';
import type { Parcel } from '../inbox/parcel.js';
import type { Outcome } from './outcome.js';
import type { Totals } from './totals.js';

export type { Outcome };

export interface LedgerEntry {
  readonly channelId: string;
  readonly key: string;
  readonly outcome: Outcome;
  readonly reason: string | null;
  readonly rawId: string | null;
  readonly receivedAt: Date;
}

export interface QuarantinedEvent {
  readonly key: string;
  readonly reason: string;
  readonly receivedAt: Date;
}

/** In key order: two nodes that receive the same events wait for each other instead of deadlocking. */
const ENTER = {
  name: 'ledger-enter',
  text: `
    INSERT INTO ledger (channel_id, event_key, outcome, reason, raw_id, received_at)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::timestamptz[])
    ON CONFLICT (channel_id, event_key) DO NOTHING
    RETURNING channel_id AS "channelId", event_key AS key`,
};

const COUNT = {
  name: 'ledger-count',
  text: `
    INSERT INTO ledger_totals AS t (channel_id, shard, received, stored, duplicate, ignored, refused, quarantined)
    SELECT n.channel_id, pg_backend_pid() % 16, n.received, n.stored, n.duplicate, n.ignored, n.refused, n.quarantined
    FROM unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[])
      AS n (channel_id, received, stored, duplicate, ignored, refused, quarantined)
    ON CONFLICT (channel_id, shard) DO UPDATE SET
      received = t.received + excluded.received,
      stored = t.stored + excluded.stored,
      duplicate = t.duplicate + excluded.duplicate,
      ignored = t.ignored + excluded.ignored,
      refused = t.refused + excluded.refused,
      quarantined = t.quarantined + excluded.quarantined`,
};

/** One entry and one outcome for every event that ever came in for a channel, and their sums. */
@Injectable()
export class LedgerRepository {
  constructor(private readonly database: Database) {}

  /** Enters the events that did not come before and returns just those: the unique index is the proof. */
  enter(tx: Tx, entries: readonly LedgerEntry[]): Promise<{ channelId: string; key: string }[]> {
    if (entries.length === 0) return Promise.resolve([]);
    const sorted = [...entries].sort((a, b) => (a.channelId + a.key < b.channelId + b.key ? -1 : 1));
    return rows(tx, ENTER, [
      sorted.map((e) => e.channelId),
      sorted.map((e) => e.key),
      sorted.map((e) => e.outcome),
      sorted.map((e) => e.reason),
      sorted.map((e) => e.rawId),
      sorted.map((e) => e.receivedAt.toISOString()),
    ]);
  }

  async count(tx: Tx, totals: readonly Totals[]): Promise<void> {
    if (totals.length === 0) return;
    await rows(tx, COUNT, [
      totals.map((t) => t.channelId),
      totals.map((t) => t.received),
      totals.map((t) => t.stored),
      totals.map((t) => t.duplicate),
      totals.map((t) => t.ignored),
      totals.map((t) => t.refused),
      totals.map((t) => t.quarantined),
    ]);
  }

  /** Authentic events for no channel of ours: counted apart, never silent. */
  async countUnclaimed(tx: Tx, parcels: readonly Parcel[]): Promise<void> {
    if (parcels.length === 0) return;
    await rows(
      tx,
      `INSERT INTO unclaimed_events AS u (messenger, source, events, last_at)
       SELECT messenger, left(source, 200), count(*), now() FROM unnest($1::text[], $2::text[]) AS n (messenger, source)
       GROUP BY 1, 2 ORDER BY 1, 2
       ON CONFLICT (messenger, source) DO UPDATE SET events = u.events + excluded.events, last_at = excluded.last_at`,
      [parcels.map((p) => p.delivery.messenger), parcels.map((p) => p.event.source)],
    );
  }

  /** A channel's sums since it was registered, all zero for one that never received; undefined when there is no such channel. */
  async totals(channelId: string): Promise<Totals | undefined> {
    const [sums] = await this.database.rows<Record<keyof Totals, string>>(
      `SELECT coalesce(sum(received), 0) AS received, coalesce(sum(stored), 0) AS stored,
         coalesce(sum(duplicate), 0) AS duplicate, coalesce(sum(ignored), 0) AS ignored,
         coalesce(sum(refused), 0) AS refused, coalesce(sum(quarantined), 0) AS quarantined
       FROM channels c LEFT JOIN ledger_totals t ON t.channel_id = c.id WHERE c.id = $1 GROUP BY c.id`,
      [channelId],
    );
    if (!sums) return undefined;
    return {
      channelId,
      received: Number(sums.received),
      stored: Number(sums.stored),
      duplicate: Number(sums.duplicate),
      ignored: Number(sums.ignored),
      refused: Number(sums.refused),
      quarantined: Number(sums.quarantined),
    };
  }

  /** Newest first; `before` continues after the last one of the previous page. */
  quarantined(
    channelId: string,
    limit: number,
    before?: { receivedAt: string; key: string },
  ): Promise<QuarantinedEvent[]> {
    return this.database.rows<QuarantinedEvent>(
      `SELECT event_key AS key, reason, received_at AS "receivedAt" FROM ledger
       WHERE channel_id = $1 AND outcome = 'quarantined'
         AND ($3::timestamptz IS NULL OR (received_at, event_key) < ($3, $4))
       ORDER BY received_at DESC, event_key DESC LIMIT $2`,
      [channelId, limit, before?.receivedAt ?? null, before?.key ?? null],
    );
  }
}
