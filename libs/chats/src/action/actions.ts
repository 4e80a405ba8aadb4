import { Injectable } from '@nestjs/common';
import { encodeCursor, pageOf, Problem, saysNothing, type Page } from '#api-kit';
import { Database, newId, type Tx } from '#database';
import { audit, type Caller } from '#identity';
import { ChatAccess } from '../chat/chat-access.js';
import { Creation } from '../creation.js';
import { idAfter } from '../id-cursor.js';
import { QueueRepository } from '../queue/queue.repository.js';
import type { ActionDto, ChatActionDto, CreateActionDto, CreatedActionDto, UpdateActionDto } from './action.dto.js';
import type { Action } from './action.entity.js';
import { ActionRepository } from './action.repository.js';
import type { ActionSecretDto } from './action-run.dto.js';
import { ActionSecrets } from './action-secrets.js';

/** In which the other side learns a new secret. */
const OVERLAP_MS = 24 * 3_600_000;

@Injectable()
export class Actions {
  constructor(
    private readonly actions: ActionRepository,
    private readonly queues: QueueRepository,
    private readonly access: ChatAccess,
    private readonly database: Database,
    private readonly creation: Creation,
    private readonly secrets: ActionSecrets,
  ) {}

  /** The secret is in this answer only. */
  create(caller: Caller, key: string | undefined, wish: CreateActionDto): Promise<CreatedActionDto> {
    return this.creation.onceWithSecret({ caller, route: 'POST /v1/actions', key, request: wish }, async (tx) => {
      const queueIds = await this.held(tx, wish.queueIds);
      const id = newId();
      const { written, sealed } = this.secrets.issue(id);
      const view = viewOf(await this.actions.create(tx, id, sealed, { ...wish, queueIds }));
      await audit(tx, { action: 'action.created', subjectId: id, after: view });
      return { ...view, secret: written };
    });
  }

  /** The new secret is in this answer only; the old one signs as well for a day. */
  rotateSecret(caller: Caller, key: string | undefined, id: string): Promise<ActionSecretDto> {
    const route = `POST /v1/actions/${id}/secret`;
    return this.creation.onceWithSecret({ caller, route, key, request: {} }, async (tx) => {
      const { written, sealed } = this.secrets.issue(id);
      const until = new Date(Date.now() + OVERLAP_MS);
      if (!(await this.actions.changeSecret(tx, id, sealed, until))) throw Problem.notFound('action');
      await audit(tx, { action: 'action.secret_rotated', subjectId: id });
      return { secret: written };
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
      if (saysNothing(wish)) return viewOf(action);
      const queueIds = wish.queueIds && (await this.held(tx, wish.queueIds));
      const before = viewOf(action);
      const after = viewOf(await this.actions.save(tx, action, { ...wish, queueIds }));
      await audit(tx, { action: 'action.updated', subjectId: id, before, after });
      return after;
    });
  }

  async delete(id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (!(await this.actions.delete(tx, id))) throw Problem.notFound('action');
      await audit(tx, { action: 'action.deleted', subjectId: id });
    });
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
    throw Problem.unknown('queue', `#/queueIds/${unknown}`);
  }
}

function viewOf({ id, caption, url, queues, createdAt, updatedAt }: Action): ActionDto {
  return { id, caption, url, queueIds: queues.map((queue) => queue.id).sort(), createdAt, updatedAt };
}
