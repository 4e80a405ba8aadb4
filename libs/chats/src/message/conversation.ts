import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, type PageQuery, Problem, type Page } from '#api-kit';
import type { Caller } from '#identity';
import { ChatAccess } from '../chat/chat-access.js';
import { invalidCursor } from '../id-cursor.js';
import type { ConversationMessageDto, MessageDto } from './message.dto.js';
import { MessageRepository, type MessageRow } from './message.repository.js';
import type { MessageQuery } from './message-query.dto.js';
import { byTime } from './message-view.js';
import { MessageViews } from './message-views.js';

const LAST_SEQ = 2_147_483_647;
type Direction = 'after' | 'before';
const NEWEST: [Direction, number] = ['before', LAST_SEQ];

/** Reading a chat's messages, system lines included. */
@Injectable()
export class Conversation {
  constructor(
    private readonly access: ChatAccess,
    private readonly messages: MessageRepository,
    private readonly views: MessageViews,
  ) {}

  /**
   * The messages ready for display: the newest page first, `next` leads to the page before it in time. Within a page
   * they stand in the order to show, oldest first by the messenger's time.
   */
  async getConversation(caller: Caller, chatId: string, query: PageQuery): Promise<Page<ConversationMessageDto>> {
    const [direction, seq] = query.cursor === undefined ? NEWEST : readCursor(query.cursor);
    const chat = await this.access.require(caller, chatId);
    const { found, page } = await this.page(chat.id, direction, seq, query.limit);
    const data = await this.views.conversation(found.sort(byTime), chat);
    return { data, page: { next: page.prev, prev: page.next } };
  }

  /** The messages as unified messages by `seq`, ascending; `next` leads to later ones, `prev` to earlier ones. */
  async getMessagesByChatId(caller: Caller, chatId: string, query: MessageQuery): Promise<Page<MessageDto>> {
    const [direction, seq] = startOf(query);
    const chat = await this.access.require(caller, chatId);
    const { found, page } = await this.page(chat.id, direction, seq, query.limit);
    return { data: await this.views.unified(found, chat), page };
  }

  /** Ascending, with the cursors of its neighbours. */
  private async page(chatId: string, direction: Direction, seq: number, limit: number) {
    const rows = await this.messages[direction](chatId, seq, limit + 1);
    const found = rows.slice(0, limit);
    if (direction === 'before') found.reverse();
    const more = rows.length > limit;
    const [first, last] = [found.at(0), found.at(-1)];
    const later = direction === 'after' ? more : seq !== LAST_SEQ;
    const earlier = direction === 'before' ? more : (first?.seq ?? 1) > 1;
    return {
      found,
      page: { next: later ? cursorOf('after', last) : null, prev: earlier ? cursorOf('before', first) : null },
    };
  }
}

function cursorOf(direction: Direction, message: MessageRow | undefined): string | null {
  return message ? encodeCursor([direction, message.seq]) : null;
}

function startOf({ cursor, after, before }: MessageQuery): [Direction, number] {
  const given = [cursor, after, before].filter((start) => start !== undefined);
  if (given.length > 1) throw Problem.invalid('Give one of cursor, after and before.');
  if (cursor !== undefined) return readCursor(cursor);
  return before === undefined ? ['after', after ?? 0] : ['before', before];
}

function readCursor(cursor: string): [Direction, number] {
  const [direction, text = ''] = decodeCursor(cursor, 2);
  const seq = Number(text);
  if (direction !== 'after' && direction !== 'before') throw invalidCursor();
  if (!/^\d{1,10}$/.test(text) || seq > LAST_SEQ) throw invalidCursor();
  return [direction, seq];
}
