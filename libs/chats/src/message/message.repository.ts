import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { StoredContent } from '../change/message-state.js';

export interface MessageRow {
  readonly id: string;
  readonly chat_id: string;
  readonly channel_id: string;
  readonly seq: number;
  readonly direction: string;
  readonly author_kind: string;
  readonly author_id: string | null;
  /** Of agents and API keys; a contact's name is its chat's. */
  readonly author_name: string | null;
  readonly external_id: string | null;
  readonly text: string | null;
  readonly content: StoredContent | null;
  readonly status: string | null;
  readonly failure: { readonly code: string; readonly sentence: string } | null;
  readonly sent_at: Date;
  readonly received_at: Date;
  readonly edited_at: Date | null;
  readonly deleted_at: Date | null;
}

const MESSAGES = `
  SELECT m.id, m.chat_id, m.channel_id, m.seq, m.direction, m.author_kind, m.author_id, coalesce(u.name, k.name) AS author_name,
    m.external_id, m.text, m.content, m.status, m.failure, m.sent_at, m.received_at, m.edited_at, m.deleted_at
  FROM messages m
  LEFT JOIN users u ON m.author_kind = 'agent' AND u.id = m.author_id
  LEFT JOIN api_keys k ON m.author_kind = 'bot' AND k.id = m.author_id`;

const AFTER = {
  name: 'messages-after',
  text: `${MESSAGES} WHERE m.chat_id = $1 AND m.seq > $2 ORDER BY m.seq LIMIT $3`,
};
const BEFORE = {
  name: 'messages-before',
  text: `${MESSAGES} WHERE m.chat_id = $1 AND m.seq < $2 ORDER BY m.seq DESC LIMIT $3`,
};

/** Chat after chat as they are given, each from its end or from its beginning, no further than the limit. */
const ofChats = (order: 'ASC' | 'DESC') => `
  SELECT m.* FROM unnest($1::uuid[]) WITH ORDINALITY AS w (chat_id, place)
  CROSS JOIN LATERAL (${MESSAGES} WHERE m.chat_id = w.chat_id ORDER BY m.seq ${order} LIMIT $2) m
  ORDER BY w.place, m.seq ${order} LIMIT $2`;
const LAST_OF = { name: 'messages-last-of', text: ofChats('DESC') };
const FIRST_OF = { name: 'messages-first-of', text: ofChats('ASC') };

/** The messages of a chat by `seq`, both ways, and those of several chats in a row. */
@Injectable()
export class MessageRepository {
  constructor(private readonly database: Database) {}

  after(chatId: string, seq: number, limit: number): Promise<MessageRow[]> {
    return this.database.rows<MessageRow>(AFTER, [chatId, seq, limit]);
  }

  /** Newest first. */
  before(chatId: string, seq: number, limit: number): Promise<MessageRow[]> {
    return this.database.rows<MessageRow>(BEFORE, [chatId, seq, limit]);
  }

  /** Of the first chat from its end, then of the second, and so on. */
  lastOf(chatIds: readonly string[], limit: number): Promise<MessageRow[]> {
    return this.database.rows<MessageRow>(LAST_OF, [chatIds, limit]);
  }

  /** Of the first chat from its beginning, then of the second, and so on. */
  firstOf(chatIds: readonly string[], limit: number): Promise<MessageRow[]> {
    return this.database.rows<MessageRow>(FIRST_OF, [chatIds, limit]);
  }
}
