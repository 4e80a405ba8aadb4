import { Injectable } from '@nestjs/common';
import { Database, KeyRing, row, rows, type Tx } from '#database';
import type { Delivery } from '../inbox/parcel.js';

/** Webhook bodies as they came, encrypted: what quarantine and replay work from. */
@Injectable()
export class RawBodies {
  constructor(
    private readonly database: Database,
    private readonly keys: KeyRing,
  ) {}

  /** Keeps each delivery's body once, however many of its events need it. */
  async keep(tx: Tx, parcels: readonly { readonly delivery: Delivery }[]): Promise<void> {
    if (parcels.length === 0) return;
    const deliveries = [...new Set(parcels.map(({ delivery }) => delivery))];
    await rows(
      tx,
      `INSERT INTO raw_bodies (id, messenger, received_at, body)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::bytea[]) ON CONFLICT (id) DO NOTHING`,
      [
        deliveries.map((d) => d.rawId),
        deliveries.map((d) => d.messenger),
        deliveries.map((d) => d.receivedAt.toISOString()),
        deliveries.map((d) => this.keys.encrypt(d.body, boundTo(d.rawId))),
      ],
    );
  }

  /** The body behind one ledger entry, or undefined where none was kept. */
  async bodyOf(channelId: string, key: string): Promise<Buffer | undefined> {
    const kept = await this.database.row<{ id: string; body: Buffer }>(
      `SELECT r.id, r.body FROM ledger l JOIN raw_bodies r ON r.id = l.raw_id WHERE l.channel_id = $1 AND l.event_key = $2`,
      [channelId, key],
    );
    return kept && this.keys.decrypt(kept.body, boundTo(kept.id));
  }

  /** Forgets bodies older than `days`, but never one that quarantine still needs. */
  async forget(days: number): Promise<void> {
    await this.database.transaction((tx) =>
      row(
        tx,
        `DELETE FROM raw_bodies r WHERE r.received_at < now() - make_interval(days => $1)
           AND NOT EXISTS (SELECT FROM ledger l WHERE l.raw_id = r.id AND l.outcome = 'quarantined')`,
        [days],
      ),
    );
  }
}

function boundTo(rawId: string): string {
  return `raw_bodies/${rawId}/body`;
}
