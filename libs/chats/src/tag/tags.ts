import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, type OnceAnswer, type Page, type PageQuery, pageOf, Problem } from '#api-kit';
import { Database, isId, newId, sqlState } from '#database';
import { audit, type Caller } from '#identity';
import { Creation } from '../creation.js';
import { invalidCursor } from '../id-cursor.js';
import type { CreateTagDto, TagDto, UpdateTagDto } from './tag.dto.js';
import { TagRepository } from './tag.repository.js';

const UNIQUE_VIOLATION = '23505';

/** The words that chats can be sorted by. */
@Injectable()
export class Tags {
  constructor(
    private readonly database: Database,
    private readonly tags: TagRepository,
    private readonly creation: Creation,
  ) {}

  create(caller: Caller, key: string | undefined, wish: CreateTagDto): Promise<OnceAnswer<TagDto>> {
    return this.creation.once({ caller, route: 'POST /v1/tags', key, request: wish }, async (tx) => {
      const tag = await this.tags.add(tx, { id: newId(), ...wish });
      if (!tag) throw nameTaken();
      await audit(tx, { action: 'tag.created', subjectId: tag.id, after: tag });
      return tag;
    });
  }

  async list({ cursor, limit }: PageQuery): Promise<Page<TagDto>> {
    const found = await this.tags.list(after(cursor), limit + 1);
    return pageOf(found, limit, ({ name, id }) => encodeCursor([name, id]));
  }

  async update(id: string, wish: UpdateTagDto): Promise<TagDto> {
    const changing = this.database.transaction(async (tx) => {
      const before = await this.tags.lock(tx, id);
      const after = await this.tags.change(tx, id, wish);
      if (!before || !after) throw Problem.notFound('tag');
      await audit(tx, { action: 'tag.updated', subjectId: id, before, after });
      return after;
    });
    return changing.catch((error: unknown) => {
      throw sqlState(error) === UNIQUE_VIOLATION ? nameTaken() : error;
    });
  }

  /** Chats lose it as well. */
  async delete(id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const before = await this.tags.delete(tx, id);
      if (!before) throw Problem.notFound('tag');
      await audit(tx, { action: 'tag.deleted', subjectId: id, before });
    });
  }
}

function after(cursor: string | undefined): readonly [string, string] | undefined {
  if (cursor === undefined) return undefined;
  const [name = '', id] = decodeCursor(cursor, 2);
  if (!isId(id)) throw invalidCursor();
  return [name, id];
}

function nameTaken(): Problem {
  return Problem.conflict('name_taken', 'There is a tag of this name already.');
}
