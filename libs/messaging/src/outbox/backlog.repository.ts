import { Injectable } from '@nestjs/common';
import { Database } from '#database';

/** What waits in a channel. */
export interface Backlog {
  readonly channelId: string;
  readonly messenger: string;
  readonly queued: number;
  /** How long the oldest of them waits. */
  readonly oldestSeconds: number;
  readonly quarantined: number;
}

@Injectable()
export class BacklogRepository {
  constructor(private readonly database: Database) {}

  /** Of every channel; costs as much as there is waiting, whatever the history. */
  perChannel(): Promise<Backlog[]> {
    return this.database.rows<Backlog>(
      `SELECT c.id AS "channelId", c.messenger, coalesce(w.queued, 0)::int AS queued,
         coalesce(w.oldest, 0)::float8 AS "oldestSeconds", coalesce(t.quarantined, 0)::float8 AS quarantined
       FROM channels c
       LEFT JOIN (
         SELECT channel_id, count(*) AS queued,
           greatest(extract(epoch FROM now() - min(coalesce(requeued_at, received_at))), 0) AS oldest
         FROM messages WHERE status IN ('queued', 'sending') GROUP BY channel_id
       ) AS w ON w.channel_id = c.id
       LEFT JOIN (
         SELECT channel_id, sum(quarantined) AS quarantined FROM ledger_totals GROUP BY channel_id
       ) AS t ON t.channel_id = c.id
       WHERE c.deleted_at IS NULL`,
    );
  }
}
