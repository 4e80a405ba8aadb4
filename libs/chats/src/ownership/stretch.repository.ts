import { Injectable } from '@nestjs/common';
import { Database, rows, type Tx } from '#database';

export const BEGINNINGS = ['accepted', 'started', 'transferred', 'taken_over'] as const;
export const ENDS = ['released', 'transferred', 'taken_over', 'closed'] as const;
export type Beginning = (typeof BEGINNINGS)[number];
export type End = (typeof ENDS)[number];

interface Step<How> {
  readonly chatId: string;
  readonly how: How;
  /** The user whose doing it was; null for programs and the clock. */
  readonly by: string | null;
  readonly at: Date;
}

/** A time during which one agent held the chat. `key` is its beginning in microseconds since 1970, as digits. */
export interface Stretch {
  readonly key: string;
  readonly agentId: string;
  readonly agentName: string;
  readonly beganAt: Date;
  readonly beganHow: Beginning;
  readonly beganById: string | null;
  readonly beganByName: string | null;
  readonly endedAt: Date | null;
  readonly endedHow: End | null;
  readonly endedById: string | null;
  readonly endedByName: string | null;
  readonly reason: string | null;
  readonly comment: string | null;
}

/** Who held a chat, stretch by stretch. They never overlap, also when nodes' clocks differ; one at most has no end. */
@Injectable()
export class StretchRepository {
  constructor(private readonly database: Database) {}

  /** The chat's row is locked, and the stretch before has ended. */
  async begin(tx: Tx, agentId: string, { chatId, how, by, at }: Step<Beginning>): Promise<void> {
    await rows(
      tx,
      `INSERT INTO chat_ownerships (chat_id, agent_id, began_at, began_how, began_by)
       SELECT $1, $2, greatest($3, max(ended_at)), $4, $5 FROM chat_ownerships WHERE chat_id = $1`,
      [chatId, agentId, at.toISOString(), how, by],
    );
  }

  /** Harmless when nobody holds it. */
  async end(tx: Tx, { chatId, how, by, at }: Step<End>, reason?: string, comment?: string): Promise<void> {
    await rows(
      tx,
      `UPDATE chat_ownerships SET ended_at = greatest($2, began_at + interval '1 microsecond'), ended_how = $3,
         ended_by = $4, reason = $5, comment = $6
       WHERE chat_id = $1 AND ended_at IS NULL`,
      [chatId, at.toISOString(), how, by, reason ?? null, comment ?? null],
    );
  }

  /** In their order, after the one with that key. */
  ofChat(chatId: string, after: string | undefined, limit: number): Promise<Stretch[]> {
    return this.database.rows<Stretch>(
      `SELECT (extract(epoch FROM o.began_at) * 1000000)::bigint::text AS key, o.agent_id AS "agentId",
         a.name AS "agentName", o.began_at AS "beganAt", o.began_how AS "beganHow", o.began_by AS "beganById",
         b.name AS "beganByName", o.ended_at AS "endedAt", o.ended_how AS "endedHow", o.ended_by AS "endedById",
         e.name AS "endedByName", o.reason, o.comment
       FROM chat_ownerships o JOIN users a ON a.id = o.agent_id
       LEFT JOIN users b ON b.id = o.began_by LEFT JOIN users e ON e.id = o.ended_by
       WHERE o.chat_id = $1
         AND ($2::bigint IS NULL OR o.began_at > timestamptz 'epoch' + $2::bigint * interval '1 microsecond')
       ORDER BY o.began_at LIMIT $3`,
      [chatId, after ?? null, limit],
    );
  }
}
