import { Injectable } from '@nestjs/common';
import { Database, deleteInPieces, row, rows, type Tx } from '#database';
import type { ActionOutcome } from './action-outcome.js';
import type { RunFacts } from './action-payload.js';
import type { SealedSecrets } from './action-secrets.js';

export interface RunRow {
  readonly id: string;
  readonly actionId: string;
  readonly caption: string;
  readonly chatId: string | null;
  readonly byKind: 'user' | 'key';
  readonly byId: string;
  readonly byName: string;
  readonly requestedAt: Date;
  readonly attempts: number;
  readonly status: 'running' | 'succeeded' | 'failed';
  readonly httpStatus: number | null;
  readonly code: string | null;
  readonly sentence: string | null;
  readonly seq: number | null;
  readonly finishedAt: Date | null;
}

export type NewRun = Pick<RunRow, 'id' | 'actionId' | 'caption' | 'chatId' | 'byKind' | 'byId' | 'byName'> & {
  readonly queueId: string | null;
  readonly requestedAt: Date;
};

/** An action as it is called. Null where it was deleted meanwhile. */
export type Callee = SealedSecrets & { readonly url: string };

/** A run whose turn it is. */
export interface ClaimedRun {
  readonly attempts: number;
  readonly facts: RunFacts;
  readonly callee: Callee | null;
}

export interface OverdueRun {
  readonly id: string;
  readonly chatId: string;
  readonly attempts: number;
}

/** Whose chat the result goes into. */
export interface RunChat {
  readonly queueId: string;
  readonly agentId: string | null;
}

const COLUMNS = `r.id, r.action_id AS "actionId", r.caption, r.chat_id AS "chatId", r.by_kind AS "byKind", r.by_id AS "byId",
  r.by_name AS "byName", r.requested_at AS "requestedAt", r.attempts, r.status, r.http_status AS "httpStatus", r.code,
  r.sentence, r.seq, r.finished_at AS "finishedAt"`;

const CLAIM = `
  WITH claimed AS (
    UPDATE action_runs SET attempts = attempts + 1 WHERE id = $1 AND status = 'running' RETURNING *
  )
  SELECT r.attempts, json_build_object(
      'runId', r.id, 'actionId', r.action_id, 'caption', r.caption,
      'by', json_build_object('kind', r.by_kind, 'id', r.by_id, 'name', r.by_name),
      'chatId', c.id, 'chatStatus', c.status,
      'queue', json_build_object('id', q.id, 'name', q.name),
      'channel', json_build_object('id', ch.id, 'name', ch.name), 'messenger', ch.messenger,
      'identity', json_build_object('id', i.id, 'scope', i.scope, 'externalId', i.external_id),
      'contact', json_build_object('id', i.contact_id, 'name', coalesce(co.name, i.name))
    ) AS facts, r.requested_at AS "requestedAt", c.opened_at AS "openedAt",
    CASE WHEN a.secret IS NOT NULL THEN json_build_object('id', a.id, 'url', a.url, 'secret', a.secret,
      'previousSecret', CASE WHEN a.previous_until > clock_timestamp() THEN a.previous_secret END) END AS callee
  FROM claimed r
  JOIN chats c ON c.id = r.chat_id
  JOIN queues q ON q.id = r.queue_id
  JOIN channels ch ON ch.id = c.channel_id
  JOIN identities i ON i.id = c.identity_id
  LEFT JOIN contacts co ON co.id = i.contact_id
  LEFT JOIN actions a ON a.id = r.action_id`;

type Claimed = Omit<ClaimedRun, 'facts'> & {
  readonly facts: Omit<RunFacts, 'requestedAt' | 'openedAt'>;
  readonly requestedAt: Date;
  readonly openedAt: Date;
};

/** What became of each run of an action. */
@Injectable()
export class ActionRunRepository {
  constructor(private readonly database: Database) {}

  async insert(tx: Tx, run: NewRun): Promise<RunRow> {
    const inserted = await row<RunRow>(
      tx,
      `INSERT INTO action_runs AS r (id, action_id, caption, chat_id, queue_id, by_kind, by_id, by_name, requested_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING ${COLUMNS}`,
      [
        run.id,
        run.actionId,
        run.caption,
        run.chatId,
        run.queueId,
        run.byKind,
        run.byId,
        run.byName,
        run.requestedAt.toISOString(),
      ],
    );
    return inserted!;
  }

  /** Counts a try of a run that is not finished; undefined where it is. */
  async claim(runId: string): Promise<ClaimedRun | undefined> {
    const claimed = await this.database.row<Claimed>(CLAIM, [runId]);
    if (!claimed) return undefined;
    const { facts, requestedAt, openedAt, attempts, callee } = claimed;
    return { attempts, callee, facts: { ...facts, requestedAt, openedAt } };
  }

  /** Locks the chat that a run's result goes into. */
  lockChat(tx: Tx, chatId: string): Promise<RunChat | undefined> {
    return row<RunChat>(
      tx,
      'SELECT queue_id AS "queueId", agent_id AS "agentId" FROM chats WHERE id = $1 FOR NO KEY UPDATE',
      [chatId],
    );
  }

  /**
   * Undefined where it was finished before, or is not at this try any more where one is given. Trying an action out is one try,
   * which nobody claims.
   */
  finish(tx: Tx, runId: string, outcome: ActionOutcome, at: Date, attempts?: number): Promise<RunRow | undefined> {
    const { kind, httpStatus, code, sentence } = outcome;
    return row<RunRow>(
      tx,
      `UPDATE action_runs r SET status = $2, http_status = $3, code = $4, sentence = $5,
         attempts = CASE WHEN chat_id IS NULL THEN 1 ELSE attempts END, finished_at = greatest($6, requested_at)
       WHERE id = $1 AND status = 'running' AND attempts = coalesce($7, attempts) RETURNING ${COLUMNS}`,
      [
        runId,
        kind === 'succeeded' ? 'succeeded' : 'failed',
        httpStatus,
        code,
        sentence,
        at.toISOString(),
        attempts ?? null,
      ],
    );
  }

  async noteLine(tx: Tx, runId: string, seq: number): Promise<void> {
    await rows(tx, 'UPDATE action_runs SET seq = $2 WHERE id = $1', [runId, seq]);
  }

  /** Those that began so long ago, by the database's clock, and have no end; the oldest first. */
  overdue(afterMs: number, limit: number): Promise<OverdueRun[]> {
    return this.database.rows<OverdueRun>(
      `SELECT id, chat_id AS "chatId", attempts FROM action_runs
       WHERE status = 'running' AND entered_at <= now() - $1 * interval '1 millisecond' ORDER BY entered_at LIMIT $2`,
      [afterMs, limit],
    );
  }

  /** Newest first. */
  ofAction(actionId: string, before: string | undefined, limit: number): Promise<RunRow[]> {
    return this.list('r.action_id = $1', actionId, before, limit);
  }

  /** Newest first. */
  ofChat(chatId: string, before: string | undefined, limit: number): Promise<RunRow[]> {
    return this.list('r.chat_id = $1', chatId, before, limit);
  }

  forgetBefore(at: Date): Promise<void> {
    return deleteInPieces(this.database, 'action_runs', 'finished_at < $1', [at.toISOString()]);
  }

  private list(condition: string, id: string, before: string | undefined, limit: number): Promise<RunRow[]> {
    return this.database.rows<RunRow>(
      `SELECT ${COLUMNS} FROM action_runs r WHERE ${condition} AND ($2::uuid IS NULL OR r.id < $2)
       ORDER BY r.id DESC LIMIT $3`,
      [id, before ?? null, limit],
    );
  }
}
