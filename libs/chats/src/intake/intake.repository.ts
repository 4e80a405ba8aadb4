import { Injectable } from '@nestjs/common';
import { BinaryParameters, Database, newId, rows, sqlState, type Tx } from '#database';
import type { Batch, Opening } from './batch.js';
import { TryAgain } from './try-again.js';

/** An open chat, and whose it is. */
export interface OpenChat extends Place {
  readonly id: string;
  readonly queueId: string;
}

/** One that waits again. */
export interface ReopenedChat extends OpenChat {
  /** Who held it when it was closed, if anybody did. */
  readonly heldBy: string | null;
}

/** One that was just opened. */
export interface NewChat extends OpenChat {
  /** What its queue says to whoever opens a chat, if anything. */
  readonly greeting: string | null;
}

export interface Place {
  readonly channelId: string;
  readonly identityId: string;
}

/** What the database answers of an event, by its place in the batch, counted from 1. */
export interface Answer {
  readonly event: number;
  readonly chatId: string | null;
  readonly skipped: boolean;
}

/** An event takes about as many when its words are few. */
const USUAL_BYTES = 640;

const RECEIVE_EVENTS = `
  receive_events($1, $2,
    $3, $4, $5, $6, $7, $8, $9, $10,
    $11, $12, $13, $14, $15, $16, $17, $18,
    $19, $20, $21, $22, $23, $24, $25, $26, $27,
    $28, $29, $30, $31, $32, $33, $34)`;

const RECEIVE = {
  name: 'chats-receive-events',
  text: `SELECT event, chat_id AS "chatId", skipped FROM ${RECEIVE_EVENTS}`,
};

/** The same unless one of the events that are said to be known is not. */
const RECEIVE_WITH_KNOWN = {
  name: 'chats-receive-events-with-known',
  text: `
    SELECT r.event, r.chat_id AS "chatId", r.skipped
    FROM expect_entered($35, $36) LEFT JOIN LATERAL ${RECEIVE_EVENTS} AS r ON true
    WHERE r.event IS NOT NULL`,
};

/**
 * Of a person's chats the newest is mostly the one; a channel's, in whose index the planner would look as well before it
 * knows better, are many.
 */
const OPEN = {
  name: 'chats-open',
  text: `
    INSERT INTO chats AS c (id, channel_id, identity_id, queue_id, opened_at, waiting_since, last_seq, inbound_count,
      last_inbound_at, last_message_at, last_message_preview, last_message_direction, previous_chat_id)
    SELECT n.id, n.channel_id, n.identity_id, ch.queue_id, $4, $4, n.messages, n.messages, n.sent, n.sent, n.preview, 'inbound',
      (SELECT p.id FROM (SELECT * FROM chats c WHERE c.identity_id = n.identity_id ORDER BY c.opened_at DESC OFFSET 0) AS p
       WHERE p.channel_id = n.channel_id AND p.status = 'closed' ORDER BY p.opened_at DESC LIMIT 1)
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $5::int[], $6::timestamptz[], $7::text[])
      AS n (id, channel_id, identity_id, messages, sent, preview)
    JOIN channels ch ON ch.id = n.channel_id
    ON CONFLICT (identity_id, channel_id) WHERE status <> 'closed' DO NOTHING
    RETURNING c.id, c.channel_id AS "channelId", c.identity_id AS "identityId", c.queue_id AS "queueId",
      (SELECT q.greeting_text FROM queues q WHERE q.id = c.queue_id) AS greeting`,
};

/** The newest chat of each place, if it was closed no longer ago than its queue reopens, and the queue still lives. */
const REOPEN = {
  name: 'chats-reopen',
  text: `
    WITH closed AS (
      SELECT c.id, c.agent_id FROM unnest($1::uuid[], $2::uuid[]) AS n (channel_id, identity_id)
      CROSS JOIN LATERAL (
        SELECT p.id FROM (SELECT * FROM chats c WHERE c.identity_id = n.identity_id ORDER BY c.opened_at DESC OFFSET 0) AS p
        WHERE p.channel_id = n.channel_id ORDER BY p.opened_at DESC LIMIT 1
      ) AS newest
      JOIN chats c ON c.id = newest.id
      JOIN queues q ON q.id = c.queue_id
      WHERE c.status = 'closed' AND q.live AND c.closed_at > $3::timestamptz - make_interval(mins => q.reopen_minutes)
      ORDER BY c.id FOR NO KEY UPDATE OF c FOR KEY SHARE OF q
    )
    UPDATE chats c SET status = 'waiting', waiting_since = $3, agent_id = NULL, accepted_at = NULL, closed_at = NULL,
      closed_by = NULL, close_reason = NULL
    FROM closed WHERE c.id = closed.id
    RETURNING c.id, c.channel_id AS "channelId", c.identity_id AS "identityId", c.queue_id AS "queueId",
      closed.agent_id AS "heldBy"`,
};

const RECEIVED = {
  name: 'chats-received',
  text: `SELECT FROM messages WHERE channel_id = $1 AND external_id = $2 AND direction = 'inbound'`,
};

/** The set-based statements of the receiving path: one call a batch. */
@Injectable()
export class IntakeRepository {
  /**
   * Runs the server function `receive_events`; outside of a transaction it is one of its own. Rejects with `TryAgain` when
   * one of the events was entered elsewhere at the same time: the next look finds it; and as a serialization failure when
   * one is not in the ledger that is said to be known. `whenRun` is called when only the commit is left to do.
   */
  async receive(door: Tx | Database, batch: Batch, at: Date, strict: boolean, whenRun?: () => void): Promise<Answer[]> {
    const values = new BinaryParameters(1024 + batch.size * USUAL_BYTES).instant(at.getTime()).boolean(strict);
    if (whenRun) values.whenRun(whenRun);
    batch.writeTo(values);
    const statement = batch.known.length > 0 ? RECEIVE_WITH_KNOWN : RECEIVE;
    try {
      return await (door instanceof Database
        ? door.rows<Answer>(statement, values)
        : rows<Answer>(door, statement, values));
    } catch (error) {
      if (isEnteredElsewhere(error)) throw new TryAgain();
      throw error;
    }
  }

  /** Opens chats in their channels' queues for those who have none; who is missing in the answer has one already. */
  open(tx: Tx, openings: readonly Opening[], at: Date): Promise<NewChat[]> {
    const sorted = [...openings].sort((a, b) => (a.channelId + a.identityId < b.channelId + b.identityId ? -1 : 1));
    return rows<NewChat>(tx, OPEN, [
      sorted.map(() => newId()),
      sorted.map((p) => p.channelId),
      sorted.map((p) => p.identityId),
      at.toISOString(),
      sorted.map((p) => p.messages),
      sorted.map((p) => p.sentAt.toISOString()),
      sorted.map((p) => p.preview),
    ]);
  }

  /** Reopens what was closed a short while ago, where the queue wishes it. Locks the chats in the order of their ids. */
  reopen(tx: Tx, places: readonly Place[], at: Date): Promise<ReopenedChat[]> {
    const [channels, identities] = [places.map((p) => p.channelId), places.map((p) => p.identityId)];
    return rows<ReopenedChat>(tx, REOPEN, [channels, identities, at.toISOString()]);
  }

  async hasReceived(database: Database, channelId: string, externalId: string): Promise<boolean> {
    const found = await database.rows(RECEIVED, [channelId, externalId]);
    return found.length > 0;
  }
}

function isEnteredElsewhere(error: unknown): boolean {
  return sqlState(error) === '23505' && (error as { readonly constraint?: string }).constraint === 'ledger_pkey';
}
