import { Injectable } from '@nestjs/common';
import { Database, deleteInPieces, KeyRing, rows, type SealedColumn, type Tx } from '#database';
import type { Delivery } from '../inbox/parcel.js';

/** Bodies may be large. */
const SOME = 20;

/** What this room keeps sealed. */
export const MESSAGING_SEALED: readonly SealedColumn[] = [
  { table: 'raw_bodies', column: 'body', form: 'bytes', boundTo },
];

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

  /** A body as it came, or undefined when it is not kept any more. */
  async read(rawId: string): Promise<Buffer | undefined> {
    const kept = await this.database.row<{ body: Buffer }>('SELECT body FROM raw_bodies WHERE id = $1', [rawId]);
    return kept && this.keys.decrypt(kept.body, boundTo(rawId));
  }

  /** A few of the messengers' bodies in the order of their ids, after one of them. */
  async some(messengers: readonly string[], after: string | null): Promise<{ id: string; body: Buffer }[]> {
    const kept = await this.database.rows<{ id: string; body: Buffer }>(
      `SELECT id, body FROM raw_bodies WHERE messenger = ANY ($1::text[]) AND ($2::uuid IS NULL OR id > $2)
       ORDER BY id LIMIT ${SOME}`,
      [messengers, after],
    );
    return kept.map(({ id, body }) => ({ id, body: this.keys.decrypt(body, boundTo(id)) }));
  }

  /** Their events cannot be replayed any more; what became of them stays known. */
  async remove(ids: readonly string[]): Promise<void> {
    await this.database.rows('DELETE FROM raw_bodies WHERE id = ANY ($1::uuid[])', [ids]);
  }

  /** Forgets bodies older than `days`, but never one that quarantine still needs. */
  forget(days: number): Promise<void> {
    const over = `received_at < now() - make_interval(days => $1)
      AND NOT EXISTS (SELECT FROM ledger l WHERE l.raw_id = raw_bodies.id AND l.outcome = 'quarantined')`;
    return deleteInPieces(this.database, 'raw_bodies', over, [days]);
  }
}

function boundTo(rawId: string): string {
  return `raw_bodies/${rawId}/body`;
}
