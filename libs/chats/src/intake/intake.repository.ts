import { Injectable } from '@nestjs/common';
import { newId, rows, type Tx } from '#database';

/** An open chat whose row this transaction holds. Its numbers are advanced in memory and written back by `bump`. */
export interface LockedChat {
  readonly id: string;
  readonly channelId: string;
  readonly identityId: string;
  readonly queueId: string;
  readonly agentId: string | null;
  lastSeq: number;
  inboundCount: number;
}

export interface Place {
  readonly channelId: string;
  readonly identityId: string;
}

/** Somebody who writes on a channel, as the messenger knows them. */
export interface Writer {
  readonly channelId: string;
  readonly messenger: string;
  readonly scope: string;
  readonly externalId: string;
}

export interface WritersChat extends LockedChat {
  /** Which of the writers given, counted from 0. */
  readonly writer: number;
}

export interface InboundRow {
  readonly id: string;
  readonly chatId: string;
  readonly channelId: string;
  readonly seq: number;
  readonly ordinal: number;
  readonly externalId: string;
  readonly text: string | null;
  readonly content: string | null;
  readonly sentAt: Date;
}

export interface ChatBump {
  readonly id: string;
  readonly lastSeq: number;
  readonly inboundCount: number;
  readonly preview: string;
  readonly sentAt: Date;
}

const LOCKED = `c.id, c.channel_id AS "channelId", c.identity_id AS "identityId", c.queue_id AS "queueId",
  c.agent_id AS "agentId", c.last_seq AS "lastSeq", c.inbound_count AS "inboundCount"`;

/**
 * In id order, like every lock on chats. A chat closed while we waited for its lock is not in the answer.
 * `OFFSET 0` keeps each look-up by index as it is written: free to reorder, the planner walked all open chats for every
 * row of a batch whenever its statistics were from a time when there were few.
 */
const LOCK_OPEN_OF = {
  name: 'chats-lock-open-of',
  text: `
    WITH found AS MATERIALIZED (
      SELECT c.id, w.place
      FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
        AS w (channel_id, messenger, scope, external_id, place)
      CROSS JOIN LATERAL (
        SELECT i.id FROM identities i
        WHERE i.messenger = w.messenger AND i.scope = w.scope AND i.external_id = w.external_id OFFSET 0
      ) AS i
      CROSS JOIN LATERAL (
        SELECT c.id FROM chats c
        WHERE c.identity_id = i.id AND c.channel_id = w.channel_id AND c.status <> 'closed' OFFSET 0
      ) AS c
    )
    SELECT ${LOCKED}, (SELECT (f.place - 1)::int FROM found f WHERE f.id = c.id) AS writer
    FROM chats c
    WHERE c.id = ANY (ARRAY(SELECT f.id FROM found f)) AND c.status <> 'closed'
    ORDER BY c.id
    FOR UPDATE OF c`,
};

const LOCK_OPEN = {
  name: 'chats-lock-open',
  text: `
    SELECT ${LOCKED}
    FROM unnest($1::uuid[], $2::uuid[]) AS wanted (channel_id, identity_id)
    JOIN chats c ON c.channel_id = wanted.channel_id AND c.identity_id = wanted.identity_id AND c.status <> 'closed'
    WHERE c.identity_id = ANY ($2::uuid[])
    ORDER BY c.id
    FOR UPDATE OF c`,
};

const OPEN = {
  name: 'chats-open',
  text: `
    INSERT INTO chats AS c (id, channel_id, identity_id, queue_id, opened_at, waiting_since, previous_chat_id)
    SELECT n.id, n.channel_id, n.identity_id, ch.queue_id, $4, $4,
      (SELECT p.id FROM chats p
       WHERE p.identity_id = n.identity_id AND p.channel_id = n.channel_id AND p.status = 'closed'
       ORDER BY p.opened_at DESC LIMIT 1)
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS n (id, channel_id, identity_id)
    JOIN channels ch ON ch.id = n.channel_id
    ON CONFLICT (channel_id, identity_id) WHERE status <> 'closed' DO NOTHING
    RETURNING ${LOCKED}`,
};

const INSERT_MESSAGES = {
  name: 'chats-insert-inbound',
  text: `
    INSERT INTO messages (id, chat_id, channel_id, seq, inbound_ordinal, direction, author_kind, external_id, text,
      content, sent_at, received_at)
    SELECT m.id, m.chat_id, m.channel_id, m.seq, m.ordinal, 'inbound', 'contact', m.external_id, m.text,
      m.content::jsonb, m.sent_at, $10
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::int[], $6::text[], $7::text[], $8::text[],
      $9::timestamptz[]) AS m (id, chat_id, channel_id, seq, ordinal, external_id, text, content, sent_at)`,
};

const BUMP = {
  name: 'chats-bump',
  text: `
    UPDATE chats c SET
      last_seq = b.last_seq,
      inbound_count = b.inbound_count,
      last_inbound_at = greatest(c.last_inbound_at, b.sent_at),
      last_message_preview = CASE WHEN b.sent_at >= coalesce(c.last_message_at, '-infinity')
        THEN b.preview ELSE c.last_message_preview END,
      last_message_direction = CASE WHEN b.sent_at >= coalesce(c.last_message_at, '-infinity')
        THEN 'inbound' ELSE c.last_message_direction END,
      last_message_at = greatest(c.last_message_at, b.sent_at)
    FROM unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::timestamptz[])
      AS b (id, last_seq, inbound_count, preview, sent_at)
    WHERE c.id = b.id AND c.id = ANY ($1::uuid[])`,
};

/** The set-based statements of the receiving path on chats and messages: one call a batch. */
@Injectable()
export class IntakeRepository {
  lockOpenOf(tx: Tx, writers: readonly Writer[]): Promise<WritersChat[]> {
    return rows<WritersChat>(tx, LOCK_OPEN_OF, [
      writers.map((w) => w.channelId),
      writers.map((w) => w.messenger),
      writers.map((w) => w.scope),
      writers.map((w) => w.externalId),
    ]);
  }

  lockOpen(tx: Tx, places: readonly Place[]): Promise<LockedChat[]> {
    return rows<LockedChat>(tx, LOCK_OPEN, [places.map((p) => p.channelId), places.map((p) => p.identityId)]);
  }

  /** Opens chats in their channels' queues for those who have none; who is missing in the answer was opened by somebody else meanwhile. */
  open(tx: Tx, places: readonly Place[], at: Date): Promise<LockedChat[]> {
    const sorted = [...places].sort((a, b) => (a.channelId + a.identityId < b.channelId + b.identityId ? -1 : 1));
    return rows<LockedChat>(tx, OPEN, [
      sorted.map(() => newId()),
      sorted.map((p) => p.channelId),
      sorted.map((p) => p.identityId),
      at.toISOString(),
    ]);
  }

  async insertMessages(tx: Tx, messages: readonly InboundRow[], receivedAt: Date): Promise<void> {
    await rows(tx, INSERT_MESSAGES, [
      messages.map((m) => m.id),
      messages.map((m) => m.chatId),
      messages.map((m) => m.channelId),
      messages.map((m) => m.seq),
      messages.map((m) => m.ordinal),
      messages.map((m) => m.externalId),
      messages.map((m) => m.text),
      messages.map((m) => m.content),
      messages.map((m) => m.sentAt.toISOString()),
      receivedAt.toISOString(),
    ]);
  }

  async bump(tx: Tx, bumps: readonly ChatBump[]): Promise<void> {
    await rows(tx, BUMP, [
      bumps.map((b) => b.id),
      bumps.map((b) => b.lastSeq),
      bumps.map((b) => b.inboundCount),
      bumps.map((b) => b.preview),
      bumps.map((b) => b.sentAt.toISOString()),
    ]);
  }
}
