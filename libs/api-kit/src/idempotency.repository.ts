import { deleteInPieces, row, rows, type Database, type Tx } from '#database';

export interface IdempotencyScope {
  /** Who: `user:<id>` or `key:<id>`. */
  readonly caller: string;
  /** What: method and path, with the ids in it. */
  readonly route: string;
  readonly key: string;
}

export interface StoredAnswer {
  readonly requestHash: Buffer;
  readonly status: number | null;
  readonly body: unknown;
}

const CLAIM = {
  name: 'idempotency-claim',
  text: `
    INSERT INTO idempotency_keys AS held (caller, route, key, request_hash) VALUES ($1, $2, $3, $4)
    ON CONFLICT (caller, route, key) DO UPDATE
      SET request_hash = excluded.request_hash, status = NULL, body = NULL, created_at = now()
    WHERE held.created_at < now() - interval '24 hours'
    RETURNING 1`,
};

const ANSWER = {
  name: 'idempotency-answer',
  text: `
    SELECT request_hash AS "requestHash", status, body FROM idempotency_keys
    WHERE caller = $1 AND route = $2 AND key = $3 AND created_at >= now() - interval '24 hours'`,
};

const KEEP = {
  name: 'idempotency-keep',
  text: `UPDATE idempotency_keys SET status = $4, body = $5::jsonb WHERE caller = $1 AND route = $2 AND key = $3`,
};

/** True when the key is ours to use; waits for another transaction that is using it. A key older than a day is free again. */
export async function claimKey(tx: Tx, scope: IdempotencyScope, requestHash: Buffer): Promise<boolean> {
  const claimed = await rows(tx, CLAIM, [scope.caller, scope.route, scope.key, requestHash]);
  return claimed.length === 1;
}

export function answerOf(tx: Tx, scope: IdempotencyScope): Promise<StoredAnswer | undefined> {
  return row<StoredAnswer>(tx, ANSWER, [scope.caller, scope.route, scope.key]);
}

export async function keepAnswer(tx: Tx, scope: IdempotencyScope, status: number, body: unknown): Promise<void> {
  await rows(tx, KEEP, [scope.caller, scope.route, scope.key, status, JSON.stringify(body ?? null)]);
}

export function forgetOldKeys(database: Database): Promise<void> {
  return deleteInPieces(database, 'idempotency_keys', `created_at < now() - interval '24 hours'`);
}
