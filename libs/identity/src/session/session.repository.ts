import { deleteInPieces, row, rows, type Database, type Tx } from '#database';

export interface SessionRow {
  readonly id: string;
  readonly userId: string;
}

export interface RefreshTokenRow {
  readonly sessionId: string;
  readonly userId: string;
  /** The session stands and its user is active. */
  readonly alive: boolean;
  /** Used before; `justUsed` = within the last seconds. */
  readonly used: boolean;
  readonly justUsed: boolean;
  readonly successorUsed: boolean;
}

const LIFE = `interval '30 days'`;
const JUST = `interval '10 seconds'`;

export async function openSession(tx: Tx, session: SessionRow, tokenHash: Buffer): Promise<void> {
  await rows(tx, `INSERT INTO sessions (id, user_id, expires_at) VALUES ($1, $2, now() + ${LIFE})`, [
    session.id,
    session.userId,
  ]);
  await addRefreshToken(tx, session.id, tokenHash);
}

/** Whether the session stands: until the transaction ends it is not ended. */
export async function holdSession(tx: Tx, sessionId: string): Promise<boolean> {
  const held = await row(
    tx,
    `SELECT 1 FROM sessions WHERE id = $1 AND revoked_at IS NULL AND expires_at > now() FOR SHARE`,
    [sessionId],
  );
  return held !== undefined;
}

/** Locks the token's session, so that refreshes of one session happen one after the other. */
export async function lockRefreshToken(
  tx: Tx,
  tokenHash: Buffer,
  successorHash: Buffer,
): Promise<RefreshTokenRow | undefined> {
  const locked = await row(
    tx,
    `SELECT 1 FROM sessions WHERE id = (SELECT session_id FROM refresh_tokens WHERE token_hash = $1) FOR UPDATE`,
    [tokenHash],
  );
  if (!locked) return undefined;
  return row<RefreshTokenRow>(
    tx,
    `SELECT s.id AS "sessionId", s.user_id AS "userId",
       s.revoked_at IS NULL AND s.expires_at > now() AND u.active AS alive,
       t.used_at IS NOT NULL AS used,
       coalesce(t.used_at > now() - ${JUST}, false) AS "justUsed",
       EXISTS (SELECT FROM refresh_tokens n WHERE n.token_hash = $2 AND n.used_at IS NOT NULL) AS "successorUsed"
     FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id JOIN users u ON u.id = s.user_id
     WHERE t.token_hash = $1`,
    [tokenHash, successorHash],
  );
}

/** The token is used up, its successor takes its place, the session lives on. Tokens used a week ago are dropped. */
export async function rotate(tx: Tx, sessionId: string, tokenHash: Buffer, successorHash: Buffer): Promise<void> {
  await rows(tx, `UPDATE refresh_tokens SET used_at = clock_timestamp() WHERE token_hash = $1`, [tokenHash]);
  await addRefreshToken(tx, sessionId, successorHash);
  await rows(tx, `UPDATE sessions SET expires_at = now() + ${LIFE} WHERE id = $1`, [sessionId]);
  await rows(tx, `DELETE FROM refresh_tokens WHERE session_id = $1 AND used_at < now() - interval '7 days'`, [
    sessionId,
  ]);
}

/** Answers whose session it was, unless it had ended before. */
export async function revokeSession(tx: Tx, sessionId: string, reason: string): Promise<string | undefined> {
  const ended = await row<{ user_id: string }>(
    tx,
    `UPDATE sessions SET revoked_at = now(), revoked_reason = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING user_id`,
    [sessionId, reason],
  );
  return ended?.user_id;
}

/** Ends all sessions of a user, but `except`. */
export async function revokeSessionsOf(tx: Tx, userId: string, reason: string, except?: string): Promise<void> {
  await rows(
    tx,
    `UPDATE sessions SET revoked_at = now(), revoked_reason = $2
     WHERE user_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $3::uuid`,
    [userId, reason, except ?? null],
  );
}

/** Sessions that ended a month ago or more, with their refresh tokens. */
export function deleteEndedSessions(database: Database): Promise<void> {
  return deleteInPieces(database, 'sessions', `least(expires_at, revoked_at) < now() - interval '30 days'`);
}

async function addRefreshToken(tx: Tx, sessionId: string, tokenHash: Buffer): Promise<void> {
  await rows(tx, `INSERT INTO refresh_tokens (token_hash, session_id) VALUES ($1, $2)`, [tokenHash, sessionId]);
}
