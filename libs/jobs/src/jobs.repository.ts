import { row, type Database, type Tx } from '#database';

/** One job as the library's `add_jobs` takes it. */
export interface JobSpec {
  readonly identifier: string;
  readonly payload: object;
  readonly job_key?: string;
  readonly run_at?: Date;
  readonly max_attempts?: number;
  readonly priority?: number;
}

/** Adds all of them in one statement, in the caller's transaction. */
export async function addJobs(tx: Tx, specs: readonly JobSpec[]): Promise<void> {
  await row(
    tx,
    {
      name: 'add-jobs',
      text: `SELECT count(*) FROM graphile_worker.add_jobs(
               ARRAY(SELECT spec FROM json_populate_recordset(NULL::graphile_worker.job_spec, $1::json) AS spec))`,
    },
    [JSON.stringify(specs)],
  );
}

/**
 * Workers that hold jobs without being among the living. Jobs locked within the last `graceMs` do not count: their
 * worker may not have shown itself yet.
 */
export async function missingWorkers(
  database: Database,
  living: readonly string[],
  graceMs: number,
): Promise<string[]> {
  const missing = await database.rows<{ worker: string }>(
    `SELECT DISTINCT locked_by AS worker FROM graphile_worker.jobs
     WHERE locked_by <> ALL ($1::text[]) AND locked_at < clock_timestamp() - $2 * interval '1 millisecond'`,
    [living, graceMs],
  );
  return missing.map(({ worker }) => worker);
}

/** Frees what these workers hold; the library would keep it locked for four hours. */
export async function unlockJobsOf(database: Database, workers: readonly string[]): Promise<void> {
  await database.row('SELECT graphile_worker.force_unlock_workers($1::text[])', [workers]);
}

/**
 * Frees what `worker` locked and does not run: the connection was lost after the lock was taken and before we heard of
 * it. Without this it would stay locked for as long as we live. (The library has no function for single jobs.)
 */
export async function unlockUnheard(
  database: Database,
  worker: string,
  running: readonly string[],
  graceMs: number,
): Promise<void> {
  await database.row(
    `UPDATE graphile_worker._private_jobs SET locked_at = NULL, locked_by = NULL
     WHERE locked_by = $1 AND id <> ALL ($2::bigint[])
       AND locked_at < clock_timestamp() - $3 * interval '1 millisecond'`,
    [worker, running, graceMs],
  );
}
