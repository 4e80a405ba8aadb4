import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, type Repository } from 'typeorm';
import { Database, row, type Tx } from '#database';
import type { ChatActionDto } from './action.dto.js';
import { Action } from './action.entity.js';
import type { Callee } from './action-run.repository.js';

export interface ActionSettings {
  readonly caption: string;
  readonly url: string;
  readonly queueIds: readonly string[];
}

/** An action that a chat offers. */
export interface RunnableAction extends ChatActionDto {
  readonly hasSecret: boolean;
}

@Injectable()
export class ActionRepository {
  constructor(
    @InjectRepository(Action) private readonly actions: Repository<Action>,
    private readonly database: Database,
  ) {}

  /** In the order they were made. */
  list(after: string | undefined, limit: number): Promise<Action[]> {
    return this.actions.find({
      where: after === undefined ? {} : { id: MoreThan(after) },
      relations: { queues: true },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  create(tx: Tx, id: string, sealed: string, { queueIds, ...settings }: ActionSettings): Promise<Action> {
    const queues = queueIds.map((queue) => ({ id: queue }));
    return tx.getRepository(Action).save({ id, secret: sealed, ...settings, queues });
  }

  /** Locks the action, so that two changes of its queues follow each other. */
  async lock(tx: Tx, id: string): Promise<Action | null> {
    const actions = tx.getRepository(Action);
    if (!(await actions.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } }))) return null;
    return actions.findOne({ where: { id }, relations: { queues: true } });
  }

  /** Its queues are touched only where they are given: one that is deleted meanwhile is not brought back. */
  async save(tx: Tx, { id }: Action, { queueIds, ...settings }: Partial<ActionSettings>): Promise<Action> {
    const actions = tx.getRepository(Action);
    const queues = queueIds && { queues: queueIds.map((queue) => ({ id: queue })) };
    await actions.save({ id, ...settings, ...queues, updatedAt: new Date() });
    return actions.findOneOrFail({ where: { id }, relations: { queues: true } });
  }

  /** False when there is no such action. */
  async delete(tx: Tx, id: string): Promise<boolean> {
    return ((await tx.getRepository(Action).delete({ id })).affected ?? 0) > 0;
  }

  exists(id: string): Promise<boolean> {
    return this.actions.existsBy({ id });
  }

  /** The secret there was stays good until `until`. False when there is no such action. */
  async changeSecret(tx: Tx, id: string, sealed: string, until: Date): Promise<boolean> {
    const changed = await row(
      tx,
      `UPDATE actions SET previous_secret = secret, previous_until = $3, secret = $2, updated_at = now()
       WHERE id = $1 RETURNING id`,
      [id, sealed, until.toISOString()],
    );
    return changed !== undefined;
  }

  /** An action as it is called; without a secret it cannot be. */
  callee(id: string): Promise<{ readonly caption: string; readonly callee: Callee | null } | undefined> {
    return this.database.row(
      `SELECT caption, CASE WHEN secret IS NOT NULL THEN json_build_object('id', id, 'url', url, 'secret', secret,
         'previousSecret', CASE WHEN previous_until > clock_timestamp() THEN previous_secret END) END AS callee
       FROM actions WHERE id = $1`,
      [id],
    );
  }

  /** The action if the queue has it. */
  runnable(tx: Tx, queueId: string, id: string): Promise<RunnableAction | undefined> {
    return row<RunnableAction>(
      tx,
      `SELECT a.id, a.caption, a.secret IS NOT NULL AS "hasSecret"
       FROM action_queues q JOIN actions a ON a.id = q.action_id WHERE q.queue_id = $1 AND a.id = $2`,
      [queueId, id],
    );
  }

  ofQueue(queueId: string): Promise<ChatActionDto[]> {
    return this.database.rows<ChatActionDto>(
      `SELECT a.id, a.caption FROM action_queues q JOIN actions a ON a.id = q.action_id
       WHERE q.queue_id = $1 ORDER BY lower(a.caption), a.id`,
      [queueId],
    );
  }
}
