import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, type Page, Problem } from '#api-kit';
import { readerOf } from '#chats';
import { ContactDirectory } from '#contacts';
import { isId } from '#database';
import type { Caller } from '#identity';
import { type FoundMessage, MessageDetailsRepository } from './message-details.repository.js';
import { type Found, MessageSearch } from './message-search.js';
import type { Place } from './message-search.repository.js';
import { type Query, queryOf } from './query.js';
import type { SearchHitDto, SearchQuery } from './search.dto.js';
import { searchableText } from './searchable-text.js';
import { snippetOf } from './snippet.js';

/** Messages and contacts by their words, within what the caller may see: the rule is that of chats. */
@Injectable()
export class Search {
  constructor(
    private readonly messages: MessageSearch,
    private readonly details: MessageDetailsRepository,
    private readonly contacts: ContactDirectory,
  ) {}

  async search(caller: Caller, wish: SearchQuery): Promise<Page<SearchHitDto>> {
    const query = queryOf(wish.q);
    if (!query) throw noWords();
    return wish.kind === 'contacts' ? this.inContacts(caller, wish, query) : this.inMessages(caller, wish, query);
  }

  private async inMessages(caller: Caller, wish: SearchQuery, query: Query): Promise<Page<SearchHitDto>> {
    const { cursor, limit, from, to, channelId, queueId, agentId, contactId, chatId } = wish;
    const found = await this.messages.find({
      reader: readerOf(caller),
      query: query.literal,
      filters: { from: timeOf(from), to: timeOf(to), channelId, queueId, agentId, contactId, chatId },
      after: cursor === undefined ? undefined : placeOf(cursor),
      limit: limit + 1,
    });
    const next = goOnAfter(found, limit);
    const shown = await this.details.of(found.hits.slice(0, limit));
    return {
      data: shown.map((message) => hitOf(message, query)),
      page: { next: next ? encodeCursor([next.at, next.chatId, next.seq]) : null, prev: null },
    };
  }

  /** As the list of contacts finds them: by the beginnings of words of name and e-mail, by phone, by a messenger's id. */
  private async inContacts(caller: Caller, wish: SearchQuery, query: Query): Promise<Page<SearchHitDto>> {
    const filter = MESSAGE_FILTERS.find((name) => wish[name] !== undefined);
    if (filter) throw onlyForMessages(filter);
    const { q: text, cursor, limit } = wish;
    const { data, page } = await this.contacts.list(caller, { text, cursor, limit });
    return { data: data.map((contact) => contactHitOf(contact, query)), page };
  }
}

const MESSAGE_FILTERS = ['from', 'to', 'channelId', 'queueId', 'agentId', 'contactId', 'chatId'] as const;

function goOnAfter({ hits, goOnAfter: place }: Found, limit: number): Place | undefined {
  return hits.length > limit ? hits[limit - 1] : place;
}

const timeOf = (text: string | undefined) => (text === undefined ? undefined : new Date(text));

function placeOf(cursor: string): Place {
  const [at = '', chatId, seq = ''] = decodeCursor(cursor, 3);
  if (!/^-?\d{1,16}$/.test(at) || !isId(chatId) || !/^\d{1,9}$/.test(seq)) {
    throw Problem.unknownCursor();
  }
  return { at, chatId, seq: Number(seq) };
}

function hitOf(message: FoundMessage, query: Query): SearchHitDto {
  return {
    kind: 'message',
    at: message.sentAt,
    snippet: snippetOf(searchableText(message), query.finds),
    message: {
      id: message.id,
      seq: message.seq,
      direction: message.direction,
      author: { kind: message.authorKind, id: message.authorId, name: message.authorName },
    },
    chat: {
      id: message.chatId,
      status: message.chatStatus,
      channel: { id: message.channelId, name: message.channelName, messenger: message.messenger },
      queue: { id: message.queueId, name: message.queueName },
    },
    contact: { id: message.contactId, name: message.contactName },
  };
}

type FoundContact = Awaited<ReturnType<ContactDirectory['list']>>['data'][number];

function contactHitOf({ id, name, email, phone, createdAt }: FoundContact, query: Query): SearchHitDto {
  const text = [name, email, phone].filter(Boolean).join(' · ');
  const snippet = snippetOf(text, query.begins);
  return { kind: 'contact', at: new Date(createdAt), snippet, message: null, chat: null, contact: { id, name } };
}

function onlyForMessages(filter: string): Problem {
  const detail = `${filter} is for messages, not for contacts`;
  return Problem.invalid('Contacts are not found by this filter.', [{ pointer: `?${filter}`, detail }]);
}

function noWords(): Problem {
  return Problem.invalid('Look for at least one word, and at most 16.', [
    { pointer: '?q', detail: 'q must have at least one word, and at most 16' },
  ]);
}
