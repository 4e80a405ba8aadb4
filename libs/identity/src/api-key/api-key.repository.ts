import { row, rows, type Tx } from '#database';
import type { Caller } from '../access/caller.js';
import type { UserEntity } from '../user/user.entity.js';

/** The user behind a key, as they are today. */
export type KeyMaker = Readonly<Pick<UserEntity, 'id' | 'name' | 'role' | 'active'>>;

const MAKER = `SELECT id, name, role, active FROM users`;

/**
 * The user who makes a key: null where a key makes it behind which nobody is known to stand, undefined where the caller may not any
 * more. Until the transaction ends that user's keys are not revoked. The user is locked before the key, as by who revokes them.
 */
export async function holdMaker(tx: Tx, { kind, id }: Caller): Promise<KeyMaker | null | undefined> {
  if (kind === 'user') {
    return row<KeyMaker>(tx, `${MAKER} WHERE id = $1 AND active AND role = 'admin' FOR SHARE`, [id]);
  }
  const maker = await row<KeyMaker>(
    tx,
    `${MAKER} WHERE id = (SELECT created_by FROM api_keys WHERE id = $1) FOR SHARE`,
    [id],
  );
  const works = await row(tx, `SELECT 1 FROM api_keys WHERE id = $1 AND revoked_at IS NULL FOR SHARE`, [id]);
  return works ? (maker ?? null) : undefined;
}

/** How many working keys a user stands behind. */
export async function workingKeysOf(tx: Tx, userId: string): Promise<number> {
  const found = await row<{ n: number }>(
    tx,
    `SELECT count(*)::int AS n FROM api_keys WHERE created_by = $1 AND revoked_at IS NULL`,
    [userId],
  );
  return found!.n;
}

/** The ids of the keys that worked until now; undefined where there is no such user. */
export async function revokeKeysOf(tx: Tx, userId: string): Promise<string[] | undefined> {
  if (!(await row(tx, `SELECT 1 FROM users WHERE id = $1 FOR UPDATE`, [userId]))) return undefined;
  const revoked = await rows<{ id: string }>(
    tx,
    `UPDATE api_keys SET revoked_at = now() WHERE created_by = $1 AND revoked_at IS NULL RETURNING id`,
    [userId],
  );
  return revoked.map(({ id }) => id);
}
