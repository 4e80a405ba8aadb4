import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, type Repository } from 'typeorm';
import { Database, type Tx } from '#database';
import type { ChatActionDto } from './action.dto.js';
import { Action } from './action.entity.js';

export interface ActionSettings {
  readonly caption: string;
  readonly url: string;
  readonly queueIds: readonly string[];
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

  create(tx: Tx, id: string, { queueIds, ...settings }: ActionSettings): Promise<Action> {
    return tx.getRepository(Action).save({ id, ...settings, queues: queueIds.map((queue) => ({ id: queue })) });
  }

  /** Locks the action, so that two changes of its queues follow each other. */
  async lock(tx: Tx, id: string): Promise<Action | null> {
    const actions = tx.getRepository(Action);
    if (!(await actions.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } }))) return null;
    return actions.findOne({ where: { id }, relations: { queues: true } });
  }

  save(tx: Tx, action: Action, { queueIds, ...settings }: Partial<ActionSettings>): Promise<Action> {
    const queues = queueIds ? { queues: queueIds.map((id) => ({ id })) } : {};
    return tx.getRepository(Action).save({ ...action, ...settings, ...queues, updatedAt: new Date() });
  }

  /** False when there is no such action. */
  async delete(id: string): Promise<boolean> {
    return ((await this.actions.delete({ id })).affected ?? 0) > 0;
  }

  ofQueue(queueId: string): Promise<ChatActionDto[]> {
    return this.database.rows<ChatActionDto>(
      `SELECT a.id, a.caption FROM action_queues q JOIN actions a ON a.id = q.action_id
       WHERE q.queue_id = $1 ORDER BY lower(a.caption), a.id`,
      [queueId],
    );
  }
}
