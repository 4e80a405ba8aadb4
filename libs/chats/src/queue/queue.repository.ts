import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, type Repository } from 'typeorm';
import { row, rows, type Tx } from '#database';
import { Queue } from './queue.entity.js';

export type QueueSettings = Omit<Queue, 'id' | 'live' | 'createdAt' | 'updatedAt'>;

@Injectable()
export class QueueRepository {
  constructor(@InjectRepository(Queue) private readonly queues: Repository<Queue>) {}

  get(id: string): Promise<Queue | null> {
    return this.queues.findOneBy({ id, live: true });
  }

  /** In the order they were made. */
  list(after: string | undefined, limit: number): Promise<Queue[]> {
    return this.queues.find({
      where: { live: true, ...(after !== undefined && { id: MoreThan(after) }) },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  /** What is not given is as the table's defaults say. */
  async create(tx: Tx, queue: Pick<Queue, 'id' | 'name'> & Partial<QueueSettings>): Promise<Queue> {
    const queues = tx.getRepository(Queue);
    await queues.insert(queue);
    return queues.findOneByOrFail({ id: queue.id });
  }

  /** A queue that `lock` has found. */
  of(tx: Tx, id: string): Promise<Queue> {
    return tx.getRepository(Queue).findOneByOrFail({ id });
  }

  async update(tx: Tx, id: string, changes: Partial<QueueSettings>): Promise<void> {
    await tx.getRepository(Queue).update({ id, live: true }, { ...changes, updatedAt: new Date() });
  }

  /** Waits for whoever is putting a chat or a channel into the queue, and holds others back until the end. */
  async lock(tx: Tx, id: string): Promise<boolean> {
    return (await row(tx, 'SELECT id FROM queues WHERE id = $1 AND live FOR UPDATE', [id])) !== undefined;
  }

  /** Keeps the queue from being deleted until the end of the transaction. */
  async hold(tx: Tx, ids: readonly string[]): Promise<string[]> {
    const held = await rows<{ id: string }>(
      tx,
      'SELECT id FROM queues WHERE id = ANY ($1::uuid[]) AND live ORDER BY id FOR KEY SHARE',
      [ids],
    );
    return held.map(({ id }) => id);
  }

  async hasOpenChats(tx: Tx, id: string): Promise<boolean> {
    const found = await row(tx, 'SELECT 1 FROM chats WHERE queue_id = $1 AND closed_at IS NULL LIMIT 1', [id]);
    return found !== undefined;
  }

  /** Answers who belonged to it. Refused by the database (foreign key) while a channel uses the queue. */
  async retire(tx: Tx, id: string): Promise<string[]> {
    await rows(tx, 'UPDATE queues SET live = false, updated_at = now() WHERE id = $1', [id]);
    await rows(tx, 'DELETE FROM action_queues WHERE queue_id = $1', [id]);
    const left = await rows<{ userId: string }>(
      tx,
      'DELETE FROM queue_agents WHERE queue_id = $1 RETURNING user_id AS "userId"',
      [id],
    );
    return left.map(({ userId }) => userId);
  }
}
