import { Injectable } from '@nestjs/common';
import { row, rows, type Tx } from '#database';
import type { MessageStatus } from '#messenger-kit';
import { BLOCKED } from '../chat/chat.repository.js';
import type { Failure, OutgoingHead, StatusChange } from './outgoing-message.js';

const CHANGED = `m.id, m.chat_id AS "chatId", m.seq, m.status, m.failure, c.agent_id AS "agentId", c.queue_id AS "queueId"`;
const QUEUED_AT = 'coalesce(m.requeued_at, m.received_at)';
/** Whether it may have got through. */
const DOUBTFUL = `(m.doubtful OR m.status = 'sending')`;

const TRIES_THROUGH_CRASHES = 6;

const expired = (where: string) => `
  WITH old AS (
    SELECT m.id FROM messages m
    WHERE m.status IN ('queued', 'sending') AND ${where}
      AND ${QUEUED_AT} < now() - make_interval(secs => $1::float8 / 1000)
      AND (m.status = 'queued'
        OR NOT EXISTS (SELECT FROM outbox_lanes l WHERE l.chat_id = m.chat_id AND l.leased_until > now()))
    ORDER BY m.chat_id, m.seq LIMIT $3 FOR UPDATE OF m SKIP LOCKED
  )
  UPDATE messages m SET status = CASE WHEN ${DOUBTFUL} THEN 'unconfirmed' ELSE 'expired' END,
    failure = CASE WHEN ${DOUBTFUL} THEN m.failure ELSE $2::jsonb END
  FROM old, chats c
  WHERE m.id = old.id AND c.id = m.chat_id RETURNING ${CHANGED}`;

const EXPIRE_IN = { name: 'deliveries-expire-in', text: expired('m.chat_id = $4') };

/** One try of a message: a write about it finds nothing to change once there was another try. */
export interface Try {
  readonly messageId: string;
  readonly attempt: number;
}

/** A try, and where its message is. */
export interface PlacedTry extends Try {
  readonly chatId: string;
  readonly channelId: string;
}

const START = {
  name: 'deliveries-start',
  text: `
    UPDATE messages m SET status = 'sending', attempts = coalesce(m.attempts, 0) + 1, tried_at = now()
    FROM chats c
    LEFT JOIN channel_identities b ON b.identity_id = c.identity_id AND b.channel_id = c.channel_id
    WHERE c.id = $1 AND m.id = (
        SELECT id FROM messages WHERE chat_id = $1 AND status IN ('queued', 'sending') ORDER BY seq LIMIT 1
      ) AND m.status = 'queued' AND ${QUEUED_AT} >= now() - make_interval(secs => $2::float8 / 1000)
    RETURNING m.id, m.seq, m.text, m.content, m.attempts, m.author_kind AS "authorKind",
      c.channel_id AS "channelId", c.identity_id AS "identityId", c.last_inbound_at AS "lastInboundAt",
      coalesce(m.doubtful, false) AS doubtful,
      EXISTS (SELECT FROM messages n WHERE n.chat_id = $1 AND n.status = 'queued' AND n.id <> m.id) AS "hasNext",
      (extract(epoch FROM now() - ${QUEUED_AT}) * 1000)::float8 AS "queuedForMs", ${BLOCKED} AS blocked`,
};

const HAS_MORE = {
  name: 'deliveries-has-more',
  text: `SELECT 1 FROM messages WHERE chat_id = $1 AND status IN ('queued', 'sending') LIMIT 1`,
};

const LEAVE = {
  name: 'deliveries-leave',
  text: `
    UPDATE messages m SET doubtful = true, status = CASE
      WHEN ${QUEUED_AT} > now() - make_interval(secs => $2::float8 / 1000) AND m.attempts < ${TRIES_THROUGH_CRASHES}
      THEN 'queued' ELSE 'unconfirmed' END
    FROM chats c WHERE m.chat_id = $1 AND m.status = 'sending' AND c.id = m.chat_id RETURNING ${CHANGED}`,
};

const SETTLE = {
  name: 'deliveries-settle',
  text: `
    UPDATE messages m SET status = $3, failure = $4::jsonb, doubtful = coalesce($5, m.doubtful) FROM chats c
    WHERE m.id = $1 AND m.attempts = $2 AND m.status = 'sending' AND c.id = m.chat_id RETURNING ${CHANGED}`,
};

@Injectable()
export class DeliveriesRepository {
  /** None where the first one waits for longer than `expireAfterMs`. */
  async startSending(tx: Tx, chatId: string, expireAfterMs: number): Promise<OutgoingHead | undefined> {
    const head = await row<OutgoingHead & { text: string | null }>(tx, START, [chatId, expireAfterMs]);
    return head && { ...head, content: { ...head.content, text: head.text ?? undefined } };
  }

  async hasMore(tx: Tx, chatId: string): Promise<boolean> {
    return (await row(tx, HAS_MORE, [chatId])) !== undefined;
  }

  /** `repeatableForMs`: so long after it was queued it is queued again instead. One that brings its senders down is not for ever. */
  leave(tx: Tx, chatId: string, repeatableForMs: number | null): Promise<StatusChange[]> {
    return rows<StatusChange>(tx, LEAVE, [chatId, repeatableForMs]);
  }

  /** `doubtful`: this try may have got through; without it that stays as it is known. */
  settle(
    tx: Tx,
    { messageId, attempt }: Try,
    status: MessageStatus,
    failure?: Failure,
    doubtful?: true,
  ): Promise<StatusChange[]> {
    return rows<StatusChange>(tx, SETTLE, [
      messageId,
      attempt,
      status,
      failure ? JSON.stringify(failure) : null,
      doubtful ?? null,
    ]);
  }

  /**
   * In `seq` order; those that are being sent are left to their sender. What a dead node was sending is found by its heir, but in a
   * channel that may not send there is none. What may have got through is not said to be given up.
   */
  expire(tx: Tx, afterMs: number, failure: Failure, limit: number): Promise<StatusChange[]> {
    return rows<StatusChange>(tx, expired('TRUE'), [afterMs, JSON.stringify(failure), limit]);
  }

  /** The same in one chat. */
  expireIn(tx: Tx, chatId: string, afterMs: number, failure: Failure, limit: number): Promise<StatusChange[]> {
    return rows<StatusChange>(tx, EXPIRE_IN, [afterMs, JSON.stringify(failure), limit, chatId]);
  }

  requeue(tx: Tx, messageId: string, from: readonly MessageStatus[]): Promise<StatusChange[]> {
    return rows<StatusChange>(
      tx,
      `UPDATE messages m SET status = 'queued', failure = NULL, doubtful = NULL, requeued_at = now() FROM chats c
       WHERE m.id = $1 AND m.status = ANY ($2) AND c.id = m.chat_id RETURNING ${CHANGED}`,
      [messageId, from],
    );
  }

  /** Locks the chat before the message, like whatever works in receipts. */
  confirm(tx: Tx, messageId: string): Promise<StatusChange[]> {
    return rows<StatusChange>(
      tx,
      `WITH c AS MATERIALIZED (
         SELECT * FROM chats WHERE id = (SELECT chat_id FROM messages WHERE id = $1) FOR NO KEY UPDATE
       )
       UPDATE messages m SET status = 'sent', failure = NULL FROM c
       WHERE m.id = $1 AND m.status = 'unconfirmed' AND c.id = m.chat_id RETURNING ${CHANGED}`,
      [messageId],
    );
  }
}
