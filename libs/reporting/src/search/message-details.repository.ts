import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Place } from './message-search.repository.js';
import { SEARCHABLE, type SearchableMessage } from './searchable-text.js';

/** A message that was found, with the names of everybody and everything around it. */
export interface FoundMessage extends SearchableMessage {
  readonly id: string;
  readonly chatId: string;
  readonly seq: number;
  readonly direction: string;
  readonly authorKind: string;
  readonly authorId: string | null;
  readonly authorName: string | null;
  readonly sentAt: Date;
  readonly chatStatus: string;
  readonly channelId: string;
  readonly channelName: string;
  readonly messenger: string;
  readonly queueId: string;
  readonly queueName: string;
  readonly contactId: string | null;
  readonly contactName: string | null;
}

/** What is shown of the messages of one page, each by its keys. */
@Injectable()
export class MessageDetailsRepository {
  constructor(private readonly database: Database) {}

  /** In the order given; those deleted meanwhile are left out. */
  of(places: readonly Place[]): Promise<FoundMessage[]> {
    return this.database.rows<FoundMessage>(
      `SELECT m.id, m.chat_id AS "chatId", m.seq, m.direction, m.author_kind AS "authorKind", ${SEARCHABLE},
         CASE m.author_kind WHEN 'contact' THEN i.contact_id ELSE m.author_id END AS "authorId",
         CASE m.author_kind WHEN 'contact' THEN coalesce(co.name, i.name) ELSE coalesce(u.name, k.name) END AS "authorName",
         m.sent_at AS "sentAt", c.status AS "chatStatus", c.channel_id AS "channelId", ch.name AS "channelName",
         ch.messenger, c.queue_id AS "queueId", q.name AS "queueName", i.contact_id AS "contactId",
         coalesce(co.name, i.name) AS "contactName"
       FROM unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS p (chat_id, seq, place)
       CROSS JOIN LATERAL (SELECT * FROM messages WHERE chat_id = p.chat_id AND seq = p.seq AND deleted_at IS NULL OFFSET 0) AS m
       JOIN chats c ON c.id = m.chat_id
       JOIN channels ch ON ch.id = c.channel_id
       JOIN queues q ON q.id = c.queue_id
       JOIN identities i ON i.id = c.identity_id
       LEFT JOIN contacts co ON co.id = i.contact_id
       LEFT JOIN users u ON m.author_kind = 'agent' AND u.id = m.author_id
       LEFT JOIN api_keys k ON m.author_kind = 'bot' AND k.id = m.author_id
       ORDER BY p.place`,
      [places.map(({ chatId }) => chatId), places.map(({ seq }) => seq)],
    );
  }
}
