import { Injectable } from '@nestjs/common';
import { Database, rows, type Tx } from '#database';
import type { Profile } from './joined.js';

/** The merged contact as it was. */
export interface Merged extends Profile {
  readonly createdAt: string;
  readonly identityIds: string[];
}

export interface Merge {
  readonly mergedId: string;
  readonly intoId: string;
  readonly mergedBy: string;
  readonly mergedAt: Date;
  readonly merged: Merged;
}

/** What was merged into whom; the merged ids go on answering. */
@Injectable()
export class MergeRepository {
  constructor(private readonly database: Database) {}

  /** From now on this id, and all that answered by it, answer by the survivor. */
  async record(tx: Tx, { mergedId, intoId, mergedBy, mergedAt, merged }: Merge): Promise<void> {
    await rows(tx, 'UPDATE contact_merges SET contact_id = $2 WHERE contact_id = $1', [mergedId, intoId]);
    await rows(
      tx,
      `INSERT INTO contact_merges (merged_id, contact_id, into_id, merged_by, merged_at, merged)
       VALUES ($1, $2, $2, $3, $4, $5)`,
      [mergedId, intoId, mergedBy, mergedAt.toISOString(), JSON.stringify(merged)],
    );
  }

  /** Latest first, those of contacts merged before included. */
  of(
    contactId: string,
    limit: number,
    before?: { readonly mergedAt: string; readonly mergedId: string },
  ): Promise<Merge[]> {
    return this.database.rows<Merge>(
      `SELECT merged_id AS "mergedId", into_id AS "intoId", merged_by AS "mergedBy", merged_at AS "mergedAt", merged
       FROM contact_merges
       WHERE contact_id = $1 AND ($3::timestamptz IS NULL OR (merged_at, merged_id) < ($3, $4::uuid))
       ORDER BY merged_at DESC, merged_id DESC LIMIT $2`,
      [contactId, limit, before?.mergedAt ?? null, before?.mergedId ?? null],
    );
  }
}
