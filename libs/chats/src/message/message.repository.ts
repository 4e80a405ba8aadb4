import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { StoredContent } from '../change/message-state.js';

export interface MessageRow {
  readonly id: string;
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
  SELECT m.id, m.channel_id, m.seq, m.direction, m.author_kind, m.author_id, coalesce(u.name, k.name) AS author_name,
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

/** The messages of a chat by `seq`, both ways. */
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
}
