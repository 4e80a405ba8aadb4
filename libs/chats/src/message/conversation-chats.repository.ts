import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { MAY_SEE, type VisibleChat } from '../chat/chat-access.repository.js';
import type { Reader } from '../chat/reader.js';

/** A chat of a conversation, as it is shown where it begins. */
export interface ConversationChat extends VisibleChat {
  readonly channelName: string;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
}

const COLUMNS = `c.id, c.status, c.queue_id AS "queueId", c.channel_id AS "channelId", ch.name AS "channelName",
  ch.messenger, c.identity_id AS "identityId", i.contact_id AS "contactId", coalesce(co.name, i.name) AS "contactName",
  c.agent_id AS "agentId", c.opened_at AS "openedAt", c.closed_at AS "closedAt"`;

const NAMES = `
  JOIN channels ch ON ch.id = c.channel_id
  JOIN identities i ON i.id = c.identity_id
  LEFT JOIN contacts co ON co.id = i.contact_id`;

const ONE = {
  name: 'conversation-chat',
  text: `SELECT ${COLUMNS} FROM chats c ${NAMES} WHERE c.id = $3 AND ${MAY_SEE}`,
};

/** A contact's chats are fetched by the contact's identities, of a guest by the one there is: few, whatever the history. */
const neighbours = (sign: '<' | '>', order: 'ASC' | 'DESC') => `
  SELECT ${COLUMNS} FROM (
    SELECT e.* FROM chats e
    WHERE e.identity_id = ANY (
      ARRAY(SELECT $3::uuid UNION SELECT t.id FROM identities t WHERE t.contact_id = $4::uuid)) OFFSET 0
  ) c ${NAMES}
  WHERE c.id ${sign} $5::uuid AND c.id <= $6::uuid AND ${MAY_SEE}
  ORDER BY c.id ${order} LIMIT $7`;

const BEFORE = { name: 'conversation-chats-before', text: neighbours('<', 'DESC') };
const AFTER = { name: 'conversation-chats-after', text: neighbours('>', 'ASC') };

/** The chats of one contact that a reader may see, in the order they were opened. */
@Injectable()
export class ConversationChatsRepository {
  constructor(private readonly database: Database) {}

  find({ userId, seesAll }: Reader, chatId: string): Promise<ConversationChat | undefined> {
    return this.database.row<ConversationChat>(ONE, [userId, seesAll, chatId]);
  }

  /** Opened before the chat, the last of them first. */
  before(reader: Reader, chat: ConversationChat, limit: number): Promise<ConversationChat[]> {
    return this.neighbours(BEFORE, reader, chat, chat.id, limit);
  }

  /** Opened after the chat, up to `last`, in that order. */
  after(reader: Reader, chat: ConversationChat, last: string, limit: number): Promise<ConversationChat[]> {
    return this.neighbours(AFTER, reader, chat, last, limit);
  }

  private neighbours(
    statement: typeof BEFORE,
    { userId, seesAll }: Reader,
    chat: ConversationChat,
    last: string,
    limit: number,
  ): Promise<ConversationChat[]> {
    const values = [userId, seesAll, chat.identityId, chat.contactId, chat.id, last, limit];
    return this.database.rows<ConversationChat>(statement, values);
  }
}
