import { Injectable } from '@nestjs/common';
import { Database, row, type Tx } from '#database';
import type { ReplayOrder } from './replay-order.js';

/** A raw body and those of its events that were not stored, or not understood. */
export interface KeptCall {
  readonly rawId: string;
  readonly receivedAt: Date;
  readonly keys: readonly string[];
  /** Those among them that are messages, as `unsupported`. */
  readonly stored: readonly string[];
}

const WANTED = `FROM ledger l JOIN raw_bodies r ON r.id = l.raw_id
  WHERE l.channel_id = $1 AND l.raw_id IS NOT NULL
    AND ($2::text[] IS NULL OR l.event_key = ANY ($2))
    AND ($3::timestamptz IS NULL OR l.received_at >= $3) AND ($4::timestamptz IS NULL OR l.received_at < $4)
    AND (NOT $5 OR l.outcome = 'quarantined')`;

/** Events whose raw bodies are still kept: of what was stored only of messages that are `unsupported`. */
@Injectable()
export class ReplayRepository {
  constructor(private readonly database: Database) {}

  async count(tx: Tx, order: ReplayOrder): Promise<number> {
    const counted = await row<{ events: number }>(tx, `SELECT count(*)::int AS events ${WANTED}`, valuesOf(order));
    return counted!.events;
  }

  /** In the order they came in, after the call `last`. */
  calls(order: ReplayOrder, last: KeptCall | undefined, limit: number): Promise<KeptCall[]> {
    return this.database.rows<KeptCall>(
      `SELECT l.raw_id AS "rawId", l.received_at AS "receivedAt", array_agg(l.event_key) AS keys,
         array_remove(array_agg(CASE l.outcome WHEN 'stored' THEN l.event_key END), NULL) AS stored ${WANTED}
         AND ($6::timestamptz IS NULL OR (l.received_at, l.raw_id) > ($6, $7))
       GROUP BY l.received_at, l.raw_id ORDER BY l.received_at, l.raw_id LIMIT $8`,
      [...valuesOf(order), last?.receivedAt.toISOString() ?? null, last?.rawId ?? null, limit],
    );
  }
}

function valuesOf({ channelId, keys, from, to, quarantinedOnly }: ReplayOrder): unknown[] {
  return [channelId, keys ?? null, from ?? null, to ?? null, quarantinedOnly];
}
