import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, type OnceAnswer, type Page, pageOf, Problem, saysNothing } from '#api-kit';
import { Database, isId, newId, sqlState, type Tx } from '#database';
import { audit, type Caller, requireUser } from '#identity';
import { readerOf } from '../chat/reader.js';
import { Creation } from '../creation.js';
import { invalidCursor } from '../id-cursor.js';
import { QueueRepository } from '../queue/queue.repository.js';
import { unknownPlaces } from './fill-in.js';
import type { TextInLanguage } from './language.js';
import type { CreateQuickReplyDto, QuickReplyDto, QuickReplyQuery, UpdateQuickReplyDto } from './quick-reply.dto.js';
import { QuickReplyRepository, type QuickReplyRow } from './quick-reply.repository.js';

const UNIQUE_VIOLATION = '23505';

/**
 * Texts kept for being said again: everybody's, which supervisors and admins care for, and each person's own. What is one's
 * own is not written down for admins to read.
 */
@Injectable()
export class QuickReplies {
  constructor(
    private readonly database: Database,
    private readonly replies: QuickReplyRepository,
    private readonly queues: QueueRepository,
    private readonly creation: Creation,
  ) {}

  /** Problem 409 where the shortcut is taken: among everybody's, or among one's own. */
  async create(caller: Caller, key: string | undefined, wish: CreateQuickReplyDto): Promise<OnceAnswer<QuickReplyDto>> {
    if (wish.shared && !readerOf(caller).seesAll) throw onlyForSupervisors();
    const ownerId = wish.shared ? null : requireUser(caller);
    return this.creation.once({ caller, route: 'POST /v1/quick-replies', key, request: wish }, async (tx) => {
      const id = newId();
      refuseUnknownPlaces(wish.texts);
      if (!(await this.replies.add(tx, id, ownerId, wish))) throw shortcutTaken();
      await this.replies.setQueues(tx, id, await this.held(tx, wish.queueIds ?? []));
      const reply = await this.view(tx, caller, id);
      if (reply.shared) await audit(tx, { action: 'quick_reply.created', subjectId: id, after: reply });
      return reply;
    });
  }

  /** What the caller may use anywhere; agents have those without queues and those of their own queues. */
  async list(caller: Caller, { cursor, limit, prefix = '' }: QuickReplyQuery): Promise<Page<QuickReplyDto>> {
    const { userId, seesAll } = readerOf(caller);
    const search = { userId, prefix, after: shortcutAfter(cursor), limit: limit + 1 };
    return pageOf((await this.replies.anywhere(search, !seesAll)).map(viewOf), limit, cursorOf);
  }

  update(caller: Caller, id: string, wish: UpdateQuickReplyDto): Promise<QuickReplyDto> {
    const change = this.database.transaction(async (tx) => {
      const before = await this.mayChange(tx, caller, id);
      if (saysNothing(wish)) return before;
      refuseUnknownPlaces(wish.texts ?? []);
      await this.replies.change(tx, id, wish);
      if (wish.queueIds) await this.replies.setQueues(tx, id, await this.held(tx, wish.queueIds, before.queueIds));
      const after = await this.view(tx, caller, id);
      if (after.shared) await audit(tx, { action: 'quick_reply.updated', subjectId: id, before, after });
      return after;
    });
    return change.catch((error: unknown) => {
      throw sqlState(error) === UNIQUE_VIOLATION ? shortcutTaken() : error;
    });
  }

  delete(caller: Caller, id: string): Promise<void> {
    return this.database.transaction(async (tx) => {
      const before = await this.mayChange(tx, caller, id);
      await this.replies.delete(tx, id);
      if (before.shared) await audit(tx, { action: 'quick_reply.deleted', subjectId: id, before });
    });
  }

  private async mayChange(tx: Tx, caller: Caller, id: string): Promise<QuickReplyDto> {
    await this.replies.lock(tx, id);
    const reply = await this.view(tx, caller, id);
    if (reply.shared && !readerOf(caller).seesAll) throw onlyForSupervisors();
    return reply;
  }

  private async view(tx: Tx, caller: Caller, id: string): Promise<QuickReplyDto> {
    const reply = await this.replies.find(tx, id, readerOf(caller).userId);
    if (!reply) throw Problem.notFound('quick reply');
    return viewOf(reply);
  }

  /** Queues of today, and those it has `already`: what is sent back as it was told is no mistake where one was deleted meanwhile. */
  private async held(tx: Tx, ids: readonly string[], already: readonly string[] = []): Promise<string[]> {
    const wanted = ids.map((id) => id.toLowerCase());
    const allowed = [...(await this.queues.hold(tx, wanted)), ...already];
    const unknown = wanted.findIndex((id) => !allowed.includes(id));
    if (unknown < 0) return wanted;
    throw Problem.unknown('queue', `#/queueIds/${unknown}`);
  }
}

export function cursorOf({ shortcut, id }: { readonly shortcut: string; readonly id: string }): string {
  return encodeCursor([shortcut, id]);
}

export function shortcutAfter(cursor: string | undefined): readonly [string, string] | undefined {
  if (cursor === undefined) return undefined;
  const [shortcut = '', id] = decodeCursor(cursor, 2);
  if (!isId(id)) throw invalidCursor();
  return [shortcut, id];
}

function viewOf({ ownerId, ...reply }: QuickReplyRow): QuickReplyDto {
  return { ...reply, shared: ownerId === null };
}

function refuseUnknownPlaces(texts: readonly TextInLanguage[]): void {
  const pointers = texts.flatMap(({ text }, index) =>
    unknownPlaces(text).map((place) => ({ pointer: `#/texts/${index}/text`, detail: `${place} is no variable` })),
  );
  if (pointers.length > 0) throw Problem.invalid('Something in curly brackets is no variable.', pointers);
}

function shortcutTaken(): Problem {
  return Problem.conflict('shortcut_taken', 'There is a quick reply of this shortcut already.');
}

function onlyForSupervisors(): Problem {
  return new Problem(403, 'forbidden', 'Only supervisors and admins care for what is everybody’s.');
}
