import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, pageOf, Problem, type Page } from '#api-kit';
import { isId } from '#database';
import { type Caller, requireUser } from '#identity';
import { MessengerRegistry } from '#messenger-kit';
import { invalidCursor } from '../id-cursor.js';
import type { ChatDto } from './chat.dto.js';
import { ChatListRepository, type ListedChat, type ListQuestion } from './chat-list.repository.js';
import type { ChatFilter, ChatQuery } from './chat-query.dto.js';
import { viewOf } from './chat-view.js';
import { readerOf } from './reader.js';

@Injectable()
export class ChatList {
  constructor(
    private readonly chats: ChatListRepository,
    private readonly messengers: MessengerRegistry,
  ) {}

  /** The lists of `filter`, a page at a time. `mine` and `waiting` are a person's: an API key has neither. */
  async getChats(caller: Caller, query: ChatQuery): Promise<Page<ChatDto>> {
    const { filter = 'mine', cursor, limit, queueId, channelId, unread } = query;
    if (filter === 'mine' || filter === 'waiting') requireUser(caller);
    else if (unread) throw notCounted(filter);
    if (filter === 'all' && caller.role === 'agent') throw onlyForSupervisors();
    const after = cursor === undefined ? undefined : readCursor(filter, cursor);
    const found = await this.find(filter, {
      reader: readerOf(caller),
      queueId,
      channelId,
      unread,
      after,
      limit: limit + 1,
    });
    const { data, page } = pageOf(found, limit, (chat) => encodeCursor([filter, chat.sort_key, chat.id]));
    const now = new Date();
    return { data: data.map((chat) => viewOf(chat, this.messengers, now)), page };
  }

  private async find(filter: ChatFilter, question: ListQuestion): Promise<ListedChat[]> {
    if (filter !== 'mine') return this.chats[filter](question);
    return newestFirst(await this.chats.mine(question), question);
  }
}

/** The order of a list that every message changes is made here: an index would be paid by every message. */
function newestFirst(chats: readonly ListedChat[], { after, limit }: ListQuestion): ListedChat[] {
  const sorted = [...chats].sort((a, b) => compare([b.sort_key, b.id], [a.sort_key, a.id]));
  const rest = after ? sorted.filter((chat) => compare([chat.sort_key, chat.id], after) < 0) : sorted;
  return rest.slice(0, limit);
}

function compare([aKey, aId]: readonly [string, string], [bKey, bId]: readonly [string, string]): number {
  return Number(aKey) - Number(bKey) || (aId < bId ? -1 : Number(aId > bId));
}

/** A cursor belongs to the list it came from; a forged one must not reach the database. */
function readCursor(filter: ChatFilter, cursor: string): [string, string] {
  const [list, sortKey = '', id] = decodeCursor(cursor, 3);
  const readable = filter === 'all' ? sortKey === '' : /^-?\d{1,16}$/.test(sortKey);
  if (list !== filter || !readable || !isId(id)) throw invalidCursor();
  return [sortKey, id];
}

function notCounted(filter: ChatFilter): Problem {
  const detail = `unread works with mine and waiting, not with ${filter}.`;
  return Problem.invalid(detail, [{ pointer: '?unread', detail }]);
}

function onlyForSupervisors(): Problem {
  return new Problem(403, 'forbidden', 'Only supervisors and admins may list all chats.');
}
