import { row, type Tx } from '#database';
import { EPOCH_SETTING } from './log-reader.repository.js';

/** Which cluster of PostgreSQL holds the log, and on which line of its history. */
export interface Cluster {
  readonly system: string;
  /** Changes with every recovery from an archive and every promotion of a standby. */
  readonly timeline: string;
  /**
   * Changes where a dump is restored, also into the cluster it was made of, and where the folder of the embedded database is
   * a copy. Versions before did not note it.
   */
  readonly copy?: string;
}

export interface Epoch extends Cluster {
  readonly id: string;
}

export async function clusterOf(tx: Tx): Promise<Cluster> {
  const cluster = await row<Cluster>(
    tx,
    `SELECT system_identifier::text AS system, left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) AS timeline,
       concat_ws('/', (SELECT oid FROM pg_database WHERE datname = current_database()), 'events'::regclass::oid,
         current_setting('parley.folder', true)) AS copy
     FROM pg_control_system()`,
  );
  if (!cluster) throw new Error('PostgreSQL does not say which cluster it is');
  return cluster;
}

/** The epoch as it is stored, held until the transaction ends; whoever comes first stores `first`. */
export async function holdEpoch(tx: Tx, first: Epoch): Promise<Epoch> {
  const stored = await row<{ value: Epoch }>(
    tx,
    `INSERT INTO settings AS s (name, value) VALUES ('${EPOCH_SETTING}', $1)
     ON CONFLICT (name) DO UPDATE SET value = s.value RETURNING value`,
    [JSON.stringify(first)],
  );
  return stored!.value;
}

/**
 * Events from another cluster may carry numbers of transactions that this one has not reached: they would stand among
 * those to come, or be read by nobody. They go to the beginning of the log, in the order of their ids.
 */
export async function settleForeignEvents(tx: Tx): Promise<void> {
  await row(
    tx,
    `UPDATE events SET txid = '1' WHERE txid >= pg_snapshot_xmin(pg_current_snapshot()) AND txid <> pg_current_xact_id()`,
  );
}
