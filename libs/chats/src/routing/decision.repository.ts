import { Injectable } from '@nestjs/common';
import { Database, deleteInPieces, rows, type Tx } from '#database';
import type { Reasons } from './reasons.js';
import type { RoutedQueue } from './situation.repository.js';

export const OUTCOMES = ['offered', 'waits', 'expired', 'declined', 'withdrawn'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What routing did with a chat, on its way into the record. */
export interface NewDecision {
  readonly chatId: string;
  readonly outcome: Outcome;
  readonly agentId?: string;
  readonly until?: Date;
  readonly reasons: Reasons;
}

export interface DecisionRow {
  readonly at: Date;
  readonly outcome: Outcome;
  readonly rule: string;
  readonly queueId: string;
  readonly queueName: string;
  readonly agentId: string | null;
  readonly offeredUntil: Date | null;
  readonly reasons: Reasons;
}

/** Where a decision was made. */
export interface DecisionPlace {
  readonly id: string;
  readonly rule: string;
}

/** Why chats went where they went; kept for a time. */
@Injectable()
export class DecisionRepository {
  constructor(private readonly database: Database) {}

  async record(tx: Tx, queue: DecisionPlace, decisions: readonly NewDecision[]): Promise<void> {
    if (decisions.length === 0) return;
    await rows(
      tx,
      `INSERT INTO routing_decisions (chat_id, queue_id, at, outcome, rule, agent_id, offered_until, reasons)
       SELECT n.chat_id, $1, clock_timestamp(), n.outcome, $2, n.agent_id, n.until, n.reasons::jsonb
       FROM unnest($3::uuid[], $4::text[], $5::uuid[], $6::timestamptz[], $7::text[])
         AS n (chat_id, outcome, agent_id, until, reasons)`,
      [
        queue.id,
        queue.rule,
        decisions.map(({ chatId }) => chatId),
        decisions.map(({ outcome }) => outcome),
        decisions.map(({ agentId }) => agentId ?? null),
        decisions.map(({ until }) => until?.toISOString() ?? null),
        decisions.map(({ reasons }) => JSON.stringify(reasons)),
      ],
    );
  }

  /** That nobody has room, once for each waiting chat of the queue that was decided on otherwise before, or never. */
  async recordWaits(tx: Tx, queue: DecisionPlace, reasons: Reasons): Promise<void> {
    await rows(
      tx,
      `INSERT INTO routing_decisions (chat_id, queue_id, at, outcome, rule, reasons)
       SELECT c.id, $1, clock_timestamp(), 'waits', $2, $3::jsonb FROM chats c
       WHERE c.queue_id = $1 AND c.status = 'waiting' AND c.offered_to IS NULL AND NOT coalesce((
         SELECT d.outcome = 'waits' AND d.queue_id = c.queue_id FROM routing_decisions d
         WHERE d.chat_id = c.id ORDER BY d.id DESC LIMIT 1), false)`,
      [queue.id, queue.rule, JSON.stringify(reasons)],
    );
  }

  /** Newest first. */
  of(chatId: string, limit: number): Promise<DecisionRow[]> {
    return this.database.rows<DecisionRow>(
      `SELECT d.at, d.outcome, d.rule, d.queue_id AS "queueId", q.name AS "queueName", d.agent_id AS "agentId",
         d.offered_until AS "offeredUntil", d.reasons
       FROM routing_decisions d JOIN queues q ON q.id = d.queue_id
       WHERE d.chat_id = $1 ORDER BY d.id DESC LIMIT $2`,
      [chatId, limit],
    );
  }

  /** How many of the queue's waiting chats come before this one, up to `most`. */
  async ahead(chatId: string, queue: RoutedQueue, most: number): Promise<number> {
    const before = queue.waitingOrder === 'oldest' ? '<' : '>';
    const found = await this.database.row<{ ahead: number }>(
      `SELECT count(*)::int AS ahead FROM (
         SELECT FROM chats o JOIN chats c ON c.id = $1
         WHERE o.queue_id = $2 AND o.status = 'waiting' AND (o.waiting_since, o.id) ${before} (c.waiting_since, c.id)
         LIMIT $3) x`,
      [chatId, queue.id, most],
    );
    return found?.ahead ?? 0;
  }

  /** Names of users, whoever they are by now. */
  async names(userIds: readonly string[]): Promise<Map<string, string>> {
    const found = await this.database.rows<{ id: string; name: string }>(
      'SELECT id, name FROM users WHERE id = ANY ($1::uuid[])',
      [userIds],
    );
    return new Map(found.map(({ id, name }) => [id, name]));
  }

  async forget(days: number): Promise<void> {
    const old = `< now() - $1 * interval '1 day'`;
    await deleteInPieces(this.database, 'routing_decisions', `at ${old}`, [days]);
    await deleteInPieces(this.database, 'routing_passes', `passed_at ${old}`, [days]);
  }
}
