import { Injectable } from '@nestjs/common';
import type { Forgotten } from '#contacts';
import { Database, rows, type Tx } from '#database';

export interface ErasureRow {
  readonly id: string;
  readonly contactId: string;
  readonly contactIds: readonly string[];
  readonly identityIds: readonly string[];
  /** Sealed; null once the work is done. */
  readonly needles: string | null;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  /** The step that is being done, and up to where it has come; null when all are done. */
  readonly step: string | null;
  readonly place: string | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly finishedAt: Date | null;
}

const ROW = `id, contact_id AS "contactId", contact_ids AS "contactIds", identity_ids AS "identityIds", needles,
  requested_by AS "requestedBy", requested_at AS "requestedAt", step, place, counts, finished_at AS "finishedAt"`;

/** The work of erasing people, and how far it has come. */
@Injectable()
export class ErasureRepository {
  constructor(private readonly database: Database) {}

  async add(
    tx: Tx,
    erasure: Pick<ErasureRow, 'id' | 'needles' | 'requestedBy' | 'step'>,
    { contactId, contactIds, identities }: Forgotten,
  ): Promise<ErasureRow> {
    const [added] = await rows<ErasureRow>(
      tx,
      `INSERT INTO erasures (id, contact_id, contact_ids, identity_ids, needles, requested_by, requested_at, step)
       VALUES ($1, $2, $3, $4, $5, $6, now(), $7) RETURNING ${ROW}`,
      [
        erasure.id,
        contactId,
        contactIds,
        identities.map(({ id }) => id),
        erasure.needles,
        erasure.requestedBy,
        erasure.step,
      ],
    );
    return added!;
  }

  get(id: string): Promise<ErasureRow | undefined> {
    return this.database.row<ErasureRow>(`SELECT ${ROW} FROM erasures WHERE id = $1`, [id]);
  }

  /** Of a contact, or of one it was merged into. */
  async of(tx: Tx, contactId: string): Promise<ErasureRow | undefined> {
    const found = await rows<ErasureRow>(tx, `SELECT ${ROW} FROM erasures WHERE contact_ids @> ARRAY[$1::uuid]`, [
      contactId,
    ]);
    return found[0];
  }

  /** Latest first: ids grow with time. */
  page(before: string | undefined, limit: number): Promise<ErasureRow[]> {
    return this.database.rows<ErasureRow>(
      `SELECT ${ROW} FROM erasures WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2`,
      [before ?? null, limit],
    );
  }

  /** False when another worker has come further meanwhile. */
  async advance(from: ErasureRow, step: string, place: string | null, erased: number): Promise<boolean> {
    const advanced = await this.database.rows(
      `UPDATE erasures SET step = $4, place = $5,
         counts = counts || jsonb_build_object($2::text, coalesce((counts ->> $2)::bigint, 0) + $6)
       WHERE id = $1 AND step = $2 AND place IS NOT DISTINCT FROM $3 RETURNING id`,
      [from.id, from.step, from.place, step, place, erased],
    );
    return advanced.length > 0;
  }

  async finish(id: string): Promise<void> {
    await this.database.rows(
      `UPDATE erasures SET step = NULL, place = NULL, needles = NULL, finished_at = now()
       WHERE id = $1 AND finished_at IS NULL`,
      [id],
    );
  }
}
