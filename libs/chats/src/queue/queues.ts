import { Injectable } from '@nestjs/common';
import { encodeCursor, pageOf, Problem, saysNothing, type OnceAnswer, type Page } from '#api-kit';
import { Database, newId, sqlState } from '#database';
import { audit, type Caller } from '#identity';
import { Creation } from '../creation.js';
import { idAfter } from '../id-cursor.js';
import { unknownPlaces, VARIABLES } from '../quick-reply/fill-in.js';
import { Routing } from '../routing/routing.js';
import type { CreateQueueDto, QueueDto, UpdateQueueDto } from './queue.dto.js';
import type { Queue } from './queue.entity.js';
import { QueueNews } from './queue-news.js';
import { QueueRepository } from './queue.repository.js';

const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';

@Injectable()
export class Queues {
  constructor(
    private readonly queues: QueueRepository,
    private readonly database: Database,
    private readonly creation: Creation,
    private readonly routing: Routing,
    private readonly news: QueueNews,
  ) {}

  create(caller: Caller, key: string | undefined, wish: CreateQueueDto): Promise<OnceAnswer<QueueDto>> {
    refuseUnknownPlaces(wish);
    return this.creation.once({ caller, route: 'POST /v1/queues', key, request: wish }, async (tx) => {
      const queue = viewOf(await this.queues.create(tx, { ...wish, id: newId() }).catch(nameTaken));
      await audit(tx, { action: 'queue.created', subjectId: queue.id, after: queue });
      return queue;
    });
  }

  async get(id: string): Promise<QueueDto> {
    const queue = await this.queues.get(id);
    if (!queue) throw Problem.notFound('queue');
    return viewOf(queue);
  }

  async list(cursor: string | undefined, limit: number): Promise<Page<QueueDto>> {
    const found = await this.queues.list(idAfter(cursor), limit + 1);
    return pageOf(found.map(viewOf), limit, ({ id }) => encodeCursor([id]));
  }

  async update(id: string, wish: UpdateQueueDto): Promise<QueueDto> {
    refuseUnknownPlaces(wish);
    return this.database.transaction(async (tx) => {
      if (!(await this.queues.lock(tx, id))) throw Problem.notFound('queue');
      const before = await this.queues.of(tx, id);
      if (saysNothing(wish)) return viewOf(before);
      await this.queues.update(tx, id, wish).catch(nameTaken);
      const after = viewOf(await this.queues.of(tx, id));
      await audit(tx, { action: 'queue.updated', subjectId: id, before: viewOf(before), after });
      if (before.name !== after.name || before.routingRule !== after.routingRule) await this.news.changed(tx, after);
      this.routing.soon(tx, id);
      return after;
    });
  }

  /** Refused while the queue has open chats or a channel uses it: nothing may wait where nobody looks. */
  async delete(id: string): Promise<void> {
    try {
      await this.database.transaction(async (tx) => {
        if (!(await this.queues.lock(tx, id))) throw Problem.notFound('queue');
        if (await this.queues.hasOpenChats(tx, id)) {
          throw Problem.conflict('queue_has_chats', 'The queue has open chats. Close or move them first.');
        }
        await this.news.left(tx, id, await this.queues.retire(tx, id));
        await audit(tx, { action: 'queue.deleted', subjectId: id });
      });
    } catch (error) {
      if (sqlState(error) !== FOREIGN_KEY_VIOLATION) throw error;
      throw Problem.conflict('queue_has_channels', 'A channel uses this queue. Give the channel another one first.');
    }
  }
}

/** Nobody holds a chat when it is greeted. */
const GREETING = VARIABLES.filter((variable) => variable !== 'agent.name');

function refuseUnknownPlaces({ greetingText, closingText }: UpdateQueueDto): void {
  const pointers = [
    ...unknownPlaces(greetingText ?? '', GREETING).map((place) => noVariable('#/greetingText', place)),
    ...unknownPlaces(closingText ?? '').map((place) => noVariable('#/closingText', place)),
  ];
  if (pointers.length > 0) throw Problem.invalid('Something in curly brackets is no variable of this text.', pointers);
}

function noVariable(pointer: string, place: string) {
  return { pointer, detail: `${place} is no variable of this text` };
}

function nameTaken(error: unknown): never {
  if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
  throw Problem.conflict('queue_name_taken', 'There is a queue of this name already.');
}

function viewOf({ live: _live, ...queue }: Queue): QueueDto {
  return queue;
}
