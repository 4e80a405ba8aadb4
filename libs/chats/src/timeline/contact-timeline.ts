import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, pageOf, type Page, type PageQuery } from '#api-kit';
import { ContactDirectory } from '#contacts';
import { isId } from '#database';
import type { Caller } from '#identity';
import { readerOf } from '../chat/reader.js';
import { invalidCursor } from '../id-cursor.js';
import type { TimelineChatDto } from './timeline.dto.js';
import { TimelineRepository, type TimelineRow } from './timeline.repository.js';

/** What there was with a contact, over all channels and identities. */
@Injectable()
export class ContactTimeline {
  constructor(
    private readonly contacts: ContactDirectory,
    private readonly timeline: TimelineRepository,
  ) {}

  /** The chats the caller may see, last opened first. Problem 404 for a contact the caller may not see. */
  async getContactTimeline(caller: Caller, contactId: string, query: PageQuery): Promise<Page<TimelineChatDto>> {
    const after = query.cursor === undefined ? undefined : placeOf(query.cursor);
    const id = await this.contacts.require(caller, contactId);
    const found = await this.timeline.page(readerOf(caller), id, query.limit + 1, after);
    const page = pageOf(found, query.limit, (chat) => encodeCursor([chat.sort_key, chat.id]));
    return { ...page, data: page.data.map(viewOf) };
  }
}

function placeOf(cursor: string): [sortKey: string, id: string] {
  const [sortKey = '', id] = decodeCursor(cursor, 2);
  if (!/^\d{1,18}$/.test(sortKey) || !isId(id)) throw invalidCursor();
  return [sortKey, id];
}

function viewOf(chat: TimelineRow): TimelineChatDto {
  const { last_message_preview: preview, last_message_direction: direction, last_message_at: at } = chat;
  return {
    chatId: chat.id,
    status: chat.status,
    channel: { id: chat.channel_id, name: chat.channel_name, messenger: chat.messenger },
    identityId: chat.identity_id,
    openedAt: chat.opened_at,
    acceptedAt: chat.first_accepted_at,
    agent: personOf(chat.agent_id, chat.agent_name),
    closedAt: chat.closed_at,
    closedBy: personOf(chat.closed_by, chat.closer_name),
    closeReason: chat.close_reason,
    messageCount: chat.last_seq,
    lastMessage: preview === null || direction === null || at === null ? null : { preview, direction, at },
  };
}

function personOf(id: string | null, name: string | null) {
  return id === null ? null : { id, name: name ?? '' };
}
