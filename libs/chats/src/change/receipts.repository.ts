import { Injectable } from '@nestjs/common';
import { rows, type Tx } from '#database';
import type { StatusChange } from '../outgoing/outgoing-message.js';

/** How far a person has what a channel sent to them. */
export interface Watermark {
  readonly identityId: string;
  readonly channelId: string;
  readonly deliveredUpTo: Date | null;
  readonly readUpTo: Date | null;
}

const RAISE = {
  name: 'receipts-raise',
  text: `
    INSERT INTO channel_identities AS p (identity_id, channel_id, delivered_up_to, read_up_to)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
    ON CONFLICT (identity_id, channel_id) DO UPDATE SET
      delivered_up_to = greatest(p.delivered_up_to, excluded.delivered_up_to),
      read_up_to = greatest(p.read_up_to, excluded.read_up_to)
    WHERE excluded.delivered_up_to > coalesce(p.delivered_up_to, '-infinity')
      OR excluded.read_up_to > coalesce(p.read_up_to, '-infinity')`,
};

/** Begins where the chat's first message without this receipt stands: no more of the history is read than is changed. */
const REACH = {
  name: 'receipts-reach',
  text: `
    WITH reached AS (
      SELECT m.id, CASE WHEN m.sent_at <= w.read_up_to THEN 'read' ELSE 'delivered' END AS status
      FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
        AS w (identity_id, channel_id, delivered_up_to, read_up_to)
      CROSS JOIN LATERAL (
        SELECT a.* FROM awaited_receipts a
        WHERE a.identity_id = w.identity_id AND a.channel_id = w.channel_id OFFSET 0
      ) AS a
      CROSS JOIN LATERAL (
        SELECT m.id, m.sent_at, m.status FROM messages m
        WHERE m.chat_id = a.chat_id AND m.direction = 'outbound'
          AND m.seq >= least(CASE WHEN w.read_up_to IS NOT NULL THEN a.unread_from END, a.undelivered_from)
        OFFSET 0
      ) AS m
      WHERE (m.status IN ('sent', 'delivered') AND m.sent_at <= w.read_up_to)
        OR (m.status = 'sent' AND m.sent_at <= w.delivered_up_to)
    )
    UPDATE messages m SET status = r.status FROM reached r, chats c
    WHERE m.id = r.id AND c.id = m.chat_id
    RETURNING m.id, m.chat_id AS "chatId", m.seq, m.status, m.failure, c.agent_id AS "agentId", c.queue_id AS "queueId"`,
};

const ADVANCE = {
  name: 'receipts-advance',
  text: `
    WITH next AS MATERIALIZED (
      SELECT a.chat_id,
        (SELECT min(m.seq) FROM messages m WHERE m.chat_id = a.chat_id AND m.seq >= a.undelivered_from
           AND m.direction = 'outbound' AND m.status = 'sent') AS undelivered_from,
        CASE WHEN w.read THEN
          (SELECT min(m.seq) FROM messages m WHERE m.chat_id = a.chat_id AND m.seq >= a.unread_from
             AND m.direction = 'outbound' AND m.status IN ('sent', 'delivered'))
        ELSE a.unread_from END AS unread_from
      FROM unnest($1::uuid[], $2::boolean[]) AS w (chat_id, read)
      CROSS JOIN LATERAL (SELECT * FROM awaited_receipts a WHERE a.chat_id = w.chat_id OFFSET 0) AS a
    )
    UPDATE awaited_receipts a SET undelivered_from = next.undelivered_from, unread_from = next.unread_from
    FROM next
    WHERE a.chat_id = next.chat_id AND a.chat_id = ANY ($1::uuid[])
      AND (a.undelivered_from, a.unread_from) IS DISTINCT FROM (next.undelivered_from, next.unread_from)`,
};

const AWAIT = {
  name: 'receipts-await',
  text: `
    INSERT INTO awaited_receipts AS a (chat_id, identity_id, channel_id, undelivered_from, unread_from)
    SELECT w.chat_id, c.identity_id, c.channel_id, w.seq, w.seq
    FROM unnest($1::uuid[], $2::int[]) AS w (chat_id, seq) JOIN chats c ON c.id = w.chat_id
    ON CONFLICT (chat_id) DO UPDATE SET
      undelivered_from = least(a.undelivered_from, excluded.undelivered_from),
      unread_from = least(a.unread_from, excluded.unread_from)
    WHERE excluded.unread_from < coalesce(a.unread_from, 2147483647)
      OR excluded.undelivered_from < coalesce(a.undelivered_from, 2147483647)`,
};

const BLOCK = {
  name: 'receipts-block',
  text: `
    INSERT INTO channel_identities AS p (identity_id, channel_id, blocked_at, unblocked_at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
    ON CONFLICT (identity_id, channel_id) DO UPDATE SET
      blocked_at = greatest(p.blocked_at, excluded.blocked_at),
      unblocked_at = greatest(p.unblocked_at, excluded.unblocked_at)`,
};

/** How channels stand with people: what they have received and read, and whether they blocked us. */
@Injectable()
export class ReceiptsRepository {
  /**
   * Moves everything sent to these people up to those moments forward, and remembers the moments for what will prove to
   * have been sent before. Their chats must be locked.
   */
  async reach(tx: Tx, watermarks: readonly Watermark[]): Promise<StatusChange[]> {
    if (watermarks.length === 0) return [];
    const sorted = [...watermarks].sort((a, b) => (a.identityId + a.channelId < b.identityId + b.channelId ? -1 : 1));
    const values = [
      sorted.map((w) => w.identityId),
      sorted.map((w) => w.channelId),
      sorted.map((w) => w.deliveredUpTo?.toISOString() ?? null),
      sorted.map((w) => w.readUpTo?.toISOString() ?? null),
    ];
    await rows(tx, RAISE, values);
    return rows<StatusChange>(tx, REACH, values);
  }

  /** These chats' receipts were worked in, `read` ones too: what is still awaited begins later. */
  async advance(tx: Tx, chats: ReadonlyMap<string, boolean>): Promise<void> {
    if (chats.size > 0) await rows(tx, ADVANCE, [[...chats.keys()], [...chats.values()].map(String)]);
  }

  /** These messages were sent: their receipts are awaited from now on. One message a chat, the first one. */
  async await(tx: Tx, messages: readonly { readonly chatId: string; readonly seq: number }[]): Promise<void> {
    if (messages.length > 0) await rows(tx, AWAIT, [messages.map((m) => m.chatId), messages.map((m) => m.seq)]);
  }

  /** Each person once. */
  async block(
    tx: Tx,
    people: readonly { identityId: string; channelId: string; blockedAt: Date | null; unblockedAt: Date | null }[],
  ): Promise<void> {
    if (people.length === 0) return;
    await rows(tx, BLOCK, [
      people.map((p) => p.identityId),
      people.map((p) => p.channelId),
      people.map((p) => p.blockedAt?.toISOString() ?? null),
      people.map((p) => p.unblockedAt?.toISOString() ?? null),
    ]);
  }
}
