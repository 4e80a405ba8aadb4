import { Injectable } from '@nestjs/common';
import { Database, rows, type Tx } from '#database';
import type { Parcel } from '../inbox/parcel.js';
import type { Outcome } from './outcome.js';
import type { Totals } from './totals.js';

export type { Outcome };

export interface QuarantinedEvent {
  readonly key: string;
  readonly reason: string;
  readonly receivedAt: Date;
}

export interface UnclaimedEvents {
  readonly messenger: string;
  readonly source: string;
  readonly events: string;
  readonly lastAt: Date;
}

const UNSEEN = {
  name: 'ledger-unseen',
  text: `
    SELECT (e.place - 1)::int AS place
    FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS e (channel_id, event_key, place)
    WHERE NOT EXISTS (SELECT FROM ledger l WHERE l.channel_id = e.channel_id AND l.event_key = e.event_key)`,
};

/** One entry and one outcome for every event that ever came in for a channel, and their sums. */
@Injectable()
export class LedgerRepository {
  constructor(private readonly database: Database) {}

  /** Which of these events, by their index, did not come before. */
  async unseen(tx: Tx, entries: readonly { channelId: string; key: string }[]): Promise<Set<number>> {
    const unseen = await rows<{ place: number }>(tx, UNSEEN, [
      entries.map((e) => e.channelId),
      entries.map((e) => e.key),
    ]);
    return new Set(unseen.map(({ place }) => place));
  }

  /** Takes back the entry of an event that was not stored, with its place in the sums; false when there is none. */
  async withdraw(tx: Tx, channelId: string, key: string): Promise<boolean> {
    const withdrawn = await rows(
      tx,
      `WITH withdrawn AS (
         DELETE FROM ledger WHERE channel_id = $1 AND event_key = $2 AND outcome <> 'stored' RETURNING channel_id, outcome
       )
       INSERT INTO ledger_totals AS t (channel_id, shard, received, ignored, refused, quarantined)
       SELECT channel_id, pg_backend_pid() % 16, -1, -(outcome = 'ignored')::int, -(outcome = 'refused')::int,
         -(outcome = 'quarantined')::int
       FROM withdrawn
       ON CONFLICT (channel_id, shard) DO UPDATE SET
         received = t.received + excluded.received,
         ignored = t.ignored + excluded.ignored,
         refused = t.refused + excluded.refused,
         quarantined = t.quarantined + excluded.quarantined
       RETURNING channel_id`,
      [channelId, key],
    );
    return withdrawn.length > 0;
  }

  /** The event cannot be replayed any more, and need not be. */
  async forgetRaw(tx: Tx, channelId: string, key: string): Promise<void> {
    await rows(tx, 'UPDATE ledger SET raw_id = NULL WHERE channel_id = $1 AND event_key = $2', [channelId, key]);
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

  /** By messenger and account; `after` continues behind the last one of the page before. */
  unclaimed(limit: number, after?: Pick<UnclaimedEvents, 'messenger' | 'source'>): Promise<UnclaimedEvents[]> {
    return this.database.rows<UnclaimedEvents>(
      `SELECT messenger, source, events, last_at AS "lastAt" FROM unclaimed_events
       WHERE $2::text IS NULL OR (messenger, source) > ($2, $3)
       ORDER BY messenger, source LIMIT $1`,
      [limit, after?.messenger ?? null, after?.source ?? null],
    );
  }

  /** A channel's sums since it was registered, all zero for one that never received; undefined when there is no such channel. */
  async totals(channelId: string): Promise<Totals | undefined> {
    const [sums] = await this.database.rows<Record<keyof Totals, string>>(
      `SELECT coalesce(sum(received), 0) AS received, coalesce(sum(stored), 0) AS stored,
         coalesce(sum(duplicate), 0) AS duplicate, coalesce(sum(ignored), 0) AS ignored,
         coalesce(sum(refused), 0) AS refused, coalesce(sum(quarantined), 0) AS quarantined
       FROM channels c LEFT JOIN ledger_totals t ON t.channel_id = c.id
       WHERE c.id = $1 AND c.deleted_at IS NULL GROUP BY c.id`,
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
