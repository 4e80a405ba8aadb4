import { Injectable } from '@nestjs/common';
import { row, rows, type Tx } from '#database';
import { behindPlace, IN_ORDER_OF_THE_LOG } from '#events';
import { SEARCHABLE, type SearchableMessage } from './searchable-text.js';

/** Where the index stands. Transaction numbers and ids of events are text: they may exceed 2^53. */
export interface Progress {
  readonly txid: string;
  readonly eventId: string;
  /** Messages with smaller ids were not read yet; null when all were. */
  readonly olderThan: string | null;
  /** Nothing can be told from the log: it was not read for too long, or is another cluster's. */
  readonly lost: boolean;
}

export interface LoggedEvent {
  readonly txid: string;
  readonly id: string;
  readonly type: string;
  readonly chatId: string | null;
  readonly seq: number | null;
}

export interface MessageKey {
  readonly chatId: string;
  readonly seq: number;
}

export type IndexedMessage = MessageKey & SearchableMessage & { readonly id: string; readonly sentAt: Date };

export type Entry = MessageKey & { readonly at: Date; readonly words: string };

/** Between which moments something was said in a chat; absent where that is not told. */
export interface Extent {
  readonly chatId: string;
  readonly firstAt?: Date;
  readonly lastAt?: Date;
}

/** Of an advisory lock: who writes the index holds it until the end of the transaction. */
const WRITING = 7_235_419_011;
/** The log is kept longer than this. */
const LOG_IS_WHOLE_FOR = "interval '12 hours'";

const MESSAGE = `m.id, m.chat_id AS "chatId", m.seq, m.sent_at AS "sentAt", ${SEARCHABLE}`;

/** What messages are found by, and how far the index has come. */
@Injectable()
export class SearchIndexRepository {
  /** False while another node writes the index, or somebody is being erased. */
  async tryToWrite(tx: Tx): Promise<boolean> {
    const lock = await row<{ mine: boolean }>(tx, 'SELECT pg_try_advisory_xact_lock($1) AS mine', [WRITING]);
    return lock?.mine === true;
  }

  /** Waits for whoever writes the index; from then on nobody else does until `tx` ends. */
  async write(tx: Tx): Promise<void> {
    await row(tx, 'SELECT pg_advisory_xact_lock($1)', [WRITING]);
  }

  progress(tx: Tx): Promise<Progress | undefined> {
    return row<Progress>(
      tx,
      `SELECT txid::text, event_id::text AS "eventId", older_than AS "olderThan",
         read_at < clock_timestamp() - ${LOG_IS_WHOLE_FOR} OR txid > pg_snapshot_xmax(pg_current_snapshot()) AS lost
       FROM search_progress`,
    );
  }

  /** From the present on by the log; whatever is older message by message. What was committed in between is in both. */
  async begin(tx: Tx): Promise<void> {
    await rows(
      tx,
      `INSERT INTO search_progress (txid, event_id, read_at, older_than)
       VALUES (pg_snapshot_xmin(pg_current_snapshot()), 0, clock_timestamp(), 'ffffffff-ffff-ffff-ffff-ffffffffffff')
       ON CONFLICT (only_one) DO UPDATE SET
         txid = excluded.txid, event_id = 0, read_at = excluded.read_at, older_than = excluded.older_than`,
    );
  }

  /** Of events that are numbered but not committed yet none can come before these. */
  events(tx: Tx, { txid, eventId }: Progress, limit: number): Promise<LoggedEvent[]> {
    return rows<LoggedEvent>(
      tx,
      `SELECT txid::text, id::text, type, chat_id AS "chatId", seq FROM logged_events
       WHERE ${behindPlace('$1', '$2')} AND txid < pg_snapshot_xmin(pg_current_snapshot())
       ORDER BY ${IN_ORDER_OF_THE_LOG} LIMIT $3`,
      [txid, eventId, limit],
    );
  }

  async note(tx: Tx, { txid, eventId, olderThan }: Omit<Progress, 'lost'>): Promise<void> {
    await rows(
      tx,
      `UPDATE search_progress SET txid = $1::xid8, event_id = $2::bigint, read_at = clock_timestamp(), older_than = $3`,
      [txid, eventId, olderThan],
    );
  }

  /** That the log was read to its end, told now and then only. */
  async noteNothingNew(tx: Tx): Promise<void> {
    await rows(
      tx,
      `UPDATE search_progress SET read_at = clock_timestamp()
       WHERE read_at < clock_timestamp() - interval '10 minutes'`,
    );
  }

  /** As they are now; system lines are none. */
  messages(tx: Tx, keys: readonly MessageKey[]): Promise<IndexedMessage[]> {
    return rows<IndexedMessage>(
      tx,
      `SELECT m.* FROM unnest($1::uuid[], $2::int[]) AS k (chat_id, seq)
       CROSS JOIN LATERAL (
         SELECT ${MESSAGE} FROM messages m
         WHERE m.chat_id = k.chat_id AND m.seq = k.seq AND m.direction <> 'system' OFFSET 0) AS m`,
      [keys.map(({ chatId }) => chatId), keys.map(({ seq }) => seq)],
    );
  }

  /** Newest first, system lines too. */
  messagesBefore(tx: Tx, id: string, limit: number): Promise<(IndexedMessage & { direction: string })[]> {
    return rows(tx, `SELECT ${MESSAGE}, m.direction FROM messages m WHERE m.id < $1 ORDER BY m.id DESC LIMIT $2`, [
      id,
      limit,
    ]);
  }

  async put(tx: Tx, entries: readonly Entry[]): Promise<void> {
    await rows(
      tx,
      `INSERT INTO search_messages AS s (chat_id, seq, at, words)
       SELECT chat_id, seq, at, words::tsvector
       FROM unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::text[]) AS e (chat_id, seq, at, words)
       ON CONFLICT (chat_id, seq) DO UPDATE SET at = excluded.at, words = excluded.words
       WHERE (s.at, s.words) IS DISTINCT FROM (excluded.at, excluded.words)`,
      [
        entries.map(({ chatId }) => chatId),
        entries.map(({ seq }) => seq),
        entries.map(({ at }) => at.toISOString()),
        entries.map(({ words }) => words),
      ],
    );
  }

  async remove(tx: Tx, keys: readonly MessageKey[]): Promise<void> {
    await rows(
      tx,
      `DELETE FROM search_messages s USING unnest($1::uuid[], $2::int[]) AS k (chat_id, seq)
       WHERE s.chat_id = k.chat_id AND s.seq = k.seq`,
      [keys.map(({ chatId }) => chatId), keys.map(({ seq }) => seq)],
    );
  }

  /** Whoever holds or held these chats finds them by what was said in them: between these moments, where it is told. */
  async noteHolders(tx: Tx, chats: readonly Extent[]): Promise<void> {
    await rows(
      tx,
      `WITH held AS MATERIALIZED (
         SELECT t.*, h.agent_id FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS t (chat_id, first_at, last_at)
         CROSS JOIN LATERAL (
           SELECT c.agent_id FROM chats c WHERE c.id = t.chat_id AND c.agent_id IS NOT NULL
           UNION SELECT o.agent_id FROM chat_ownerships o WHERE o.chat_id = t.chat_id) AS h
       ), known AS (
         UPDATE search_holders s SET first_at = least(s.first_at, h.first_at), last_at = greatest(s.last_at, h.last_at)
         FROM held h WHERE s.chat_id = h.chat_id AND s.agent_id = h.agent_id
           AND (h.first_at < s.first_at OR h.last_at > s.last_at)
       )
       INSERT INTO search_holders (chat_id, agent_id, first_at, last_at)
       SELECT h.chat_id, h.agent_id, s.first_at, s.last_at FROM held h
       CROSS JOIN LATERAL (
         SELECT min(m.at) AS first_at, max(m.at) AS last_at FROM search_messages m WHERE m.chat_id = h.chat_id OFFSET 0) AS s
       WHERE s.last_at IS NOT NULL
         AND NOT EXISTS (SELECT FROM search_holders k WHERE k.chat_id = h.chat_id AND k.agent_id = h.agent_id)`,
      [
        chats.map(({ chatId }) => chatId),
        chats.map(({ firstAt }) => firstAt?.toISOString() ?? null),
        chats.map(({ lastAt }) => lastAt?.toISOString() ?? null),
      ],
    );
  }

  /** Answers how many messages were found by their words until now. */
  async removeChats(tx: Tx, chatIds: readonly string[]): Promise<number> {
    const removed = await rows(tx, 'DELETE FROM search_messages WHERE chat_id = ANY ($1::uuid[]) RETURNING 1', [
      chatIds,
    ]);
    await rows(tx, 'DELETE FROM search_holders WHERE chat_id = ANY ($1::uuid[])', [chatIds]);
    return removed.length;
  }
}
