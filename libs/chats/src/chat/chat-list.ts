import { Injectable } from '@nestjs/common';
import { Problem, type Page } from '#api-kit';
import { type Caller, requireUser } from '#identity';
import { MessengerRegistry } from '#messenger-kit';
import type { ChatDto } from './chat.dto.js';
import { ChatHistoryRepository } from './chat-history.repository.js';
import { ChatListRepository } from './chat-list.repository.js';
import type { ChatFilter, ChatQuery } from './chat-query.dto.js';
import { checkQuery } from './chat-query-check.js';
import { viewOf } from './chat-view.js';
import { type ListName, pageOfWalk, placeOf } from './list-page.js';
import type { ListedChat, ListQuestion } from './list-question.js';
import { newestMessageFirst } from './newest-message-first.js';
import { readerOf } from './reader.js';

@Injectable()
export class ChatList {
  constructor(
    private readonly open: ChatListRepository,
    private readonly history: ChatHistoryRepository,
    private readonly messengers: MessengerRegistry,
  ) {}

  /**
   * The lists of `filter`, a page at a time, both ways. Lists that are a person's are for users: an API key has none. A
   * page of a list that grows with the history looks at a bounded number of chats: it may be short while there are more.
   */
  async getChats(caller: Caller, query: ChatQuery): Promise<Page<ChatDto>> {
    const { filter = 'mine', cursor, limit } = query;
    const list = listOf(filter, query, caller);
    if (list === 'mine' || list === 'waiting' || list === 'held') requireUser(caller);
    if (filter === 'all' && caller.role === 'agent') throw onlyForSupervisors();
    checkQuery(filter, query);
    const from = cursor === undefined ? undefined : placeOf(list, cursor);
    const asked = filter === 'closed' ? { ...query, status: 'closed' as const } : query;
    const found = await this.find(list, { reader: readerOf(caller), query: asked, from, limit: limit + 1 });
    const { chats, page } = pageOfWalk(list, found, limit, from);
    const now = new Date();
    return { data: chats.map((chat) => viewOf(chat, this.messengers, now)), page };
  }

  private async find(list: ListName, question: ListQuestion): Promise<ListedChat[]> {
    if (list === 'mine') return newestMessageFirst(await this.open.mine(question), question);
    if (list === 'waiting') return this.open.waiting(question);
    return this.history[list](question);
  }
}

/** An agent's closed chats are among those they held. */
function listOf(filter: ChatFilter, query: ChatQuery, caller: Caller): ListName {
  if (filter === 'mine' || filter === 'waiting' || filter === 'held') return filter;
  if (filter === 'closed' && caller.role === 'agent') return 'held';
  return query.openedFrom === undefined && query.openedBefore === undefined ? 'byClosing' : 'byOpening';
}

function onlyForSupervisors(): Problem {
  return new Problem(403, 'forbidden', 'Only supervisors and admins may list all chats.');
}
