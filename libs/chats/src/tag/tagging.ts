import { Injectable } from '@nestjs/common';
import { type Page, Problem } from '#api-kit';
import { Database, type Tx } from '#database';
import { EventLog } from '#events';
import { audit, type Caller } from '#identity';
import { watchersOf } from '../chat/audience.js';
import { ChatAccess } from '../chat/chat-access.js';
import { readerOf } from '../chat/reader.js';
import type { TagDto } from './tag.dto.js';
import { TagRepository } from './tag.repository.js';

type Change = (tx: Tx, chatId: string) => Promise<boolean>;

/** Tags on chats, open and closed, for whoever sees the chat. Repeating is harmless. */
@Injectable()
export class Tagging {
  constructor(
    private readonly database: Database,
    private readonly access: ChatAccess,
    private readonly tags: TagRepository,
    private readonly events: EventLog,
  ) {}

  async list(caller: Caller, chatId: string): Promise<Page<TagDto>> {
    const chat = await this.access.require(caller, chatId);
    return pageOfAll(await this.tags.ofChat(chat.id));
  }

  /** All tags the chat has then. */
  putOn(caller: Caller, chatId: string, tagId: string): Promise<Page<TagDto>> {
    return this.change(caller, chatId, async (tx, id) => {
      if (!(await this.tags.hold(tx, tagId))) throw Problem.notFound('tag');
      return this.tags.putOn(tx, id, tagId, readerOf(caller).userId, new Date());
    });
  }

  /** All tags the chat has then. */
  takeOff(caller: Caller, chatId: string, tagId: string): Promise<Page<TagDto>> {
    return this.change(caller, chatId, (tx, id) => this.tags.takeOff(tx, id, tagId));
  }

  private change(caller: Caller, chatId: string, change: Change): Promise<Page<TagDto>> {
    return this.database.transaction(async (tx) => {
      const chat = await this.access.hold(tx, caller, chatId);
      const before = await this.tags.ofChat(chat.id, tx);
      const changed = await change(tx, chat.id);
      const tags = await this.tags.ofChat(chat.id, tx);
      if (changed) {
        const news = { chatId: chat.id, at: new Date(), audience: watchersOf(chat) };
        await this.events.record(tx, [{ type: 'chat.tagged', ...news, data: { tags } }]);
        await audit(tx, { action: 'chat.tagged', subjectId: chat.id, before: { tags: before }, after: { tags } });
      }
      return pageOfAll(tags);
    });
  }
}

function pageOfAll(data: TagDto[]): Page<TagDto> {
  return { data, page: { next: null, prev: null } };
}
