import { Injectable } from '@nestjs/common';
import { Database, row, type Tx } from '#database';

export interface Outgoing {
  readonly waiting: number;
  readonly waitingSince: Date | null;
  readonly sentAt: Date | null;
  readonly status: string | null;
  readonly failure: string | null;
}

/** How many of a channel's newest chats are looked at for its latest answer. */
const CHATS = 50;

@Injectable()
export class ChannelUseRepository {
  constructor(private readonly database: Database) {}

  async openChats(tx: Tx, channelId: string): Promise<number> {
    const counted = await row<{ open: number }>(
      tx,
      `SELECT count(*)::int AS open FROM chats WHERE channel_id = $1 AND status <> 'closed'`,
      [channelId],
    );
    return counted?.open ?? 0;
  }

  /** Costs as much as there is waiting, whatever the history. */
  outgoing(channelId: string): Promise<Outgoing | undefined> {
    return this.database.row(
      `WITH waiting AS (
         SELECT count(*)::int AS waiting, min(coalesce(m.requeued_at, m.received_at)) AS since
         FROM outbox_lanes l JOIN messages m ON m.chat_id = l.chat_id AND m.status IN ('queued', 'sending')
         WHERE l.channel_id = $1
       ), latest AS (
         SELECT m.sent_at, m.status, m.failure ->> 'sentence' AS failure
         FROM (SELECT id FROM chats WHERE channel_id = $1 ORDER BY id DESC LIMIT ${CHATS}) AS c
         JOIN LATERAL (
           SELECT sent_at, status, failure FROM messages
           WHERE chat_id = c.id AND direction = 'outbound' AND status NOT IN ('queued', 'sending')
           ORDER BY seq DESC LIMIT 1
         ) AS m ON true
         ORDER BY m.sent_at DESC LIMIT 1
       )
       SELECT w.waiting, w.since AS "waitingSince", l.sent_at AS "sentAt", l.status, l.failure
       FROM waiting w LEFT JOIN latest l ON true`,
      [channelId],
    );
  }
}
