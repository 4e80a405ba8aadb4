import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Caller } from './caller.js';
import type { Role } from './role.js';

/** Who stands behind a session or an API key right now. */
@Injectable()
export class CallerRepository {
  constructor(private readonly database: Database) {}

  ofSession(sessionId: string): Promise<Caller | undefined> {
    return this.database.row<Caller>(
      `SELECT 'user' AS kind, u.id, u.role, u.name, s.id AS "sessionId"
       FROM sessions s JOIN users u ON u.id = s.user_id
       WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > now() AND u.active`,
      [sessionId],
    );
  }

  /** The role of each session and each API key that stands, by its id. */
  async rolesOf(sessionIds: readonly string[], keyIds: readonly string[]): Promise<ReadonlyMap<string, Role>> {
    const standing = await this.database.rows<{ id: string; role: Role }>(
      `SELECT s.id, u.role FROM sessions s JOIN users u ON u.id = s.user_id
       WHERE s.id = ANY ($1::uuid[]) AND s.revoked_at IS NULL AND s.expires_at > now() AND u.active
       UNION ALL
       SELECT id, role FROM api_keys WHERE id = ANY ($2::uuid[]) AND revoked_at IS NULL`,
      [sessionIds, keyIds],
    );
    return new Map(standing.map(({ id, role }) => [id, role]));
  }

  /** Notes the use too, at most once a minute. */
  ofApiKey(secretHash: Buffer): Promise<Caller | undefined> {
    return this.database.row<Caller>(
      `WITH used AS (
         UPDATE api_keys SET last_used_at = now()
         WHERE secret_hash = $1 AND revoked_at IS NULL
           AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute'))
       SELECT 'key' AS kind, id, role, name FROM api_keys WHERE secret_hash = $1 AND revoked_at IS NULL`,
      [secretHash],
    );
  }
}
