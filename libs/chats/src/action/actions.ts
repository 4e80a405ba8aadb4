import { Injectable } from '@nestjs/common';
import { encodeCursor, pageOf, Problem, type OnceAnswer, type Page } from '#api-kit';
import { Database, newId, type Tx } from '#database';
import type { Caller } from '#identity';
import { ChatAccess } from '../chat/chat-access.js';
import { Creation } from '../creation.js';
import { idAfter } from '../id-cursor.js';
import { QueueRepository } from '../queue/queue.repository.js';
import type { ActionDto, ChatActionDto, CreateActionDto, UpdateActionDto } from './action.dto.js';
import type { Action } from './action.entity.js';
import { ActionRepository } from './action.repository.js';

@Injectable()
export class Actions {
  constructor(
    private readonly actions: ActionRepository,
    private readonly queues: QueueRepository,
    private readonly access: ChatAccess,
    private readonly database: Database,
    private readonly creation: Creation,
  ) {}

  create(caller: Caller, key: string | undefined, wish: CreateActionDto): Promise<OnceAnswer<ActionDto>> {
    return this.creation.once({ caller, route: 'POST /v1/actions', key, request: wish }, async (tx) => {
      const queueIds = await this.held(tx, wish.queueIds);
      return viewOf(await this.actions.create(tx, newId(), { ...wish, queueIds }));
    });
  }

  async list(cursor: string | undefined, limit: number): Promise<Page<ActionDto>> {
    const found = await this.actions.list(idAfter(cursor), limit + 1);
    return pageOf(found.map(viewOf), limit, ({ id }) => encodeCursor([id]));
  }

  update(id: string, wish: UpdateActionDto): Promise<ActionDto> {
    return this.database.transaction(async (tx) => {
      const action = await this.actions.lock(tx, id);
      if (!action) throw Problem.notFound('action');
      const queueIds = wish.queueIds && (await this.held(tx, wish.queueIds));
      return viewOf(await this.actions.save(tx, action, { ...wish, queueIds }));
    });
  }

  async delete(id: string): Promise<void> {
    if (!(await this.actions.delete(id))) throw Problem.notFound('action');
  }

  /** The actions of the queue the chat is in now. */
  async getChatActions(caller: Caller, chatId: string): Promise<Page<ChatActionDto>> {
    const { queueId } = await this.access.require(caller, chatId);
    return { data: await this.actions.ofQueue(queueId), page: { next: null, prev: null } };
  }

  private async held(tx: Tx, ids: readonly string[]): Promise<string[]> {
    const wanted = ids.map((id) => id.toLowerCase());
    const held = await this.queues.hold(tx, wanted);
    const unknown = wanted.findIndex((id) => !held.includes(id));
    if (unknown < 0) return held;
    throw Problem.invalid('There is no such queue.', [
      { pointer: `#/queueIds/${unknown}`, detail: 'There is no such queue.' },
    ]);
  }
}

function viewOf({ id, caption, url, queues, createdAt, updatedAt }: Action): ActionDto {
  return { id, caption, url, queueIds: queues.map((queue) => queue.id).sort(), createdAt, updatedAt };
}
