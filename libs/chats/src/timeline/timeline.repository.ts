import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { type ChatStatus, MAY_SEE } from '../chat/chat-access.repository.js';
import type { Reader } from '../chat/reader.js';

export interface TimelineRow {
  readonly id: string;
  readonly status: ChatStatus;
  readonly channel_id: string;
  readonly channel_name: string;
  readonly messenger: string;
  readonly identity_id: string;
  readonly opened_at: Date;
  readonly first_accepted_at: Date | null;
  readonly agent_id: string | null;
  readonly agent_name: string | null;
  readonly closed_at: Date | null;
  readonly closed_by: string | null;
  readonly closer_name: string | null;
  readonly close_reason: string | null;
  readonly last_seq: number;
  readonly last_message_preview: string | null;
  readonly last_message_direction: string | null;
  readonly last_message_at: Date | null;
  /** Microseconds since 1970, as digits. */
  readonly sort_key: string;
}

@Injectable()
export class TimelineRepository {
  constructor(private readonly database: Database) {}

  /** Last opened first, over all identities; of each one no more than a page is read. */
  page(
    { userId, seesAll }: Reader,
    contactId: string,
    limit: number,
    after?: readonly [sortKey: string, id: string],
  ): Promise<TimelineRow[]> {
    return this.database.rows<TimelineRow>(
      `SELECT t.*, ch.name AS channel_name, ch.messenger, u.name AS agent_name, b.name AS closer_name,
         (extract(epoch FROM t.opened_at) * 1000000)::bigint::text AS sort_key
       FROM (
         SELECT c.id, c.status, c.channel_id, c.identity_id, c.opened_at, c.first_accepted_at, c.agent_id, c.closed_at,
           c.closed_by, c.close_reason, c.last_seq, c.last_message_preview, c.last_message_direction, c.last_message_at
         FROM identities i
         CROSS JOIN LATERAL (
           SELECT * FROM chats c
           WHERE c.identity_id = i.id AND ${MAY_SEE} AND ($4::bigint IS NULL
             OR (c.opened_at, c.id) < (timestamptz 'epoch' + $4::bigint * interval '1 microsecond', $5::uuid))
           ORDER BY c.opened_at DESC, c.id DESC LIMIT $6
         ) c
         WHERE i.contact_id = $3
         ORDER BY c.opened_at DESC, c.id DESC LIMIT $6
       ) t
       JOIN channels ch ON ch.id = t.channel_id
       LEFT JOIN users u ON u.id = t.agent_id
       LEFT JOIN users b ON b.id = t.closed_by
       ORDER BY t.opened_at DESC, t.id DESC`,
      [userId, seesAll, contactId, after?.[0] ?? null, after?.[1] ?? null, limit],
    );
  }
}
