import { Injectable } from '@nestjs/common';
import { type PageQuery, Problem, type Page } from '#api-kit';
import type { Caller } from '#identity';
import { readerOf, type Reader } from '../chat/reader.js';
import { ChatAccess } from '../chat/chat-access.js';
import { invalidCursor } from '../id-cursor.js';
import { ConversationChatsRepository, type ConversationChat } from './conversation-chats.repository.js';
import {
  type Direction,
  LAST_SEQ,
  pageOfLines,
  pageOfSeqs,
  placeOfLine,
  type Sides,
  type Start,
  startOf,
} from './message-page.js';
import type { ConversationMessageDto, MessageDto } from './message.dto.js';
import { MessageRepository, type MessageRow } from './message.repository.js';
import type { MessageQuery } from './message-query.dto.js';
import { byTime, type Line } from './message-view.js';
import { MessageViews } from './message-views.js';

/** Reading what was said, system lines included. */
@Injectable()
export class Conversation {
  constructor(
    private readonly access: ChatAccess,
    private readonly chats: ConversationChatsRepository,
    private readonly messages: MessageRepository,
    private readonly views: MessageViews,
  ) {}

  /**
   * The messages ready for display: the newest page of the chat first, `next` leads to earlier ones, and from the chat's
   * beginning on to the end of the contact's chat before it, as far as the caller may see them. Within a page they stand
   * in the order to show, chat by chat, oldest first by the messenger's time.
   */
  async getConversation(caller: Caller, chatId: string, query: PageQuery): Promise<Page<ConversationMessageDto>> {
    const reader = readerOf(caller);
    const last = await this.chats.find(reader, chatId);
    if (!last) throw Problem.notFound('chat');
    const place = query.cursor === undefined ? undefined : placeOfLine(query.cursor);
    const start = !place || place.chatId === chatId ? last : await this.chats.find(reader, place.chatId);
    if (!start || !isSamePerson(start, last) || start.id > last.id) throw invalidCursor();
    const direction = place?.direction ?? 'before';
    const lines = await this.walk(reader, start, last, direction, place?.seq ?? LAST_SEQ, query.limit + 1);
    const { shown, page } = pageOfLines(lines, query.limit, place?.direction);
    return { data: await this.views.conversation(shown.sort(inOrderToShow)), page };
  }

  /** The messages as unified messages by `seq`, ascending; `next` leads to later ones, `prev` to earlier ones. */
  async getMessagesByChatId(caller: Caller, chatId: string, query: MessageQuery): Promise<Page<MessageDto>> {
    const start = startOf(query);
    const chat = await this.access.require(caller, chatId);
    const { found, page } = pageOfSeqs(start, await this.sides(chat.id, start, query.limit));
    return { data: await this.views.unified(found, chat), page };
  }

  /** What stands on the wanted sides of a place, each with one more than wanted. */
  private async sides(chatId: string, { direction, seq }: Start, limit: number): Promise<Sides> {
    const isAround = direction === 'around';
    const earlier = isAround ? Math.ceil(limit / 2) : limit;
    const later = isAround ? limit - earlier : limit;
    const before =
      direction === 'after' ? [] : await this.messages.before(chatId, isAround ? seq + 1 : seq, earlier + 1);
    const after = direction === 'before' ? [] : await this.messages.after(chatId, seq, later + 1);
    return { before, earlier, after, later };
  }

  /** From a place in one chat on, through as many of the contact's chats as the limit takes. */
  private async walk(
    reader: Reader,
    start: ConversationChat,
    last: ConversationChat,
    direction: Direction,
    seq: number,
    limit: number,
  ): Promise<Line[]> {
    const own = (await this.messages[direction](start.id, seq, limit)).map((message) => ({ message, chat: start }));
    const left = limit - own.length;
    if (left === 0 || (direction === 'after' && start.id === last.id)) return own;
    const isBack = direction === 'before';
    const chats = isBack
      ? await this.chats.before(reader, start, left)
      : await this.chats.after(reader, start, last.id, left);
    if (chats.length === 0) return own;
    const messages = await this.messages[isBack ? 'lastOf' : 'firstOf'](
      chats.map(({ id }) => id),
      left,
    );
    return [...own, ...linesOf(messages, chats)];
  }
}

function linesOf(messages: readonly MessageRow[], chats: readonly ConversationChat[]): Line[] {
  const byId = new Map(chats.map((chat) => [chat.id, chat]));
  return messages.map((message) => ({ message, chat: byId.get(message.chat_id)! }));
}

function isSamePerson(one: ConversationChat, other: ConversationChat): boolean {
  return one.identityId === other.identityId || (one.contactId !== null && one.contactId === other.contactId);
}

/** Ids of chats lie in the order of their opening. */
function inOrderToShow(a: Line, b: Line): number {
  return a.chat.id === b.chat.id ? byTime(a.message, b.message) : a.chat.id < b.chat.id ? -1 : 1;
}
