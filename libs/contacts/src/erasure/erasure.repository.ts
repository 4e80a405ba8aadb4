import { Injectable } from '@nestjs/common';
import { rows, type Tx } from '#database';
import type { IdentityKey } from '../identity/identity.repository.js';

/** An identity as it was. */
export interface ErasedIdentity extends IdentityKey {
  readonly id: string;
}

@Injectable()
export class ErasureRepository {
  /**
   * An erased identity has an id of its own making, which no messenger has. Changing a unique key locks out those who lock the
   * row to open a chat for it: they come before, or do not find it any more.
   */
  forgetIdentities(tx: Tx, contactId: string): Promise<ErasedIdentity[]> {
    return rows<ErasedIdentity>(
      tx,
      `WITH theirs AS (
         SELECT id, messenger, scope, external_id FROM identities WHERE contact_id = $1 ORDER BY id FOR UPDATE
       ), forgotten AS (
         UPDATE identities i SET external_id = 'erased:' || i.id, name = NULL, contact_id = NULL, erased_at = now()
         FROM theirs t WHERE i.id = t.id
       )
       SELECT id, messenger, scope, external_id AS "externalId" FROM theirs`,
      [contactId],
    );
  }

  async mergedInto(tx: Tx, contactId: string): Promise<string[]> {
    const merged = await rows<{ id: string }>(tx, 'SELECT merged_id AS id FROM contact_merges WHERE contact_id = $1', [
      contactId,
    ]);
    return merged.map(({ id }) => id);
  }
}
