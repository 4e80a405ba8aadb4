import type { Database } from './database.js';
import { rows, type Values } from './transaction.js';

const AT_ONCE = 5_000;

/**
 * Deletes the rows of a table that are over by `condition`, in small transactions: what gathered while nobody cleaned up holds
 * nobody up now, and whatever interrupts it, the next time goes on. Rows that somebody holds are left for that time, too.
 * @param table must be a name of ours, `condition` SQL of ours with places for `values`
 */
export async function deleteInPieces(
  database: Database,
  table: string,
  condition: string,
  values: Values = [],
  atOnce = AT_ONCE,
): Promise<void> {
  const piece = `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM ${table} WHERE ${condition} LIMIT ${atOnce} FOR UPDATE SKIP LOCKED)) RETURNING 1`;
  while ((await database.transaction((tx) => rows(tx, piece, values))).length === atOnce);
}
