import { Injectable } from '@nestjs/common';
import { Database, row, type Tx } from '#database';
import { BLOCKED, IN_STANDBY } from '../chat/chat.repository.js';
import type { ChatTarget, MessageTarget } from './outgoing-target.js';

const CHAT = `c.id AS "chatId", c.channel_id AS "channelId", c.identity_id AS "identityId", ch.messenger,
  c.last_inbound_at AS "lastInboundAt"`;

@Injectable()
export class OutgoingTargetsRepository {
  constructor(private readonly database: Database) {}

  chat(chatId: string): Promise<ChatTarget | undefined> {
    return this.database.row<ChatTarget>(
      `SELECT ${CHAT}, (
         SELECT m.external_id FROM messages m WHERE m.chat_id = c.id AND m.direction = 'inbound' ORDER BY m.seq DESC LIMIT 1
       ) AS "lastInboundId", ${IN_STANDBY} AS standby FROM chats c JOIN channels ch ON ch.id = c.channel_id WHERE c.id = $1`,
      [chatId],
    );
  }

  async chatOf(tx: Tx, messageId: string): Promise<string | undefined> {
    const message = await row<{ chatId: string }>(tx, 'SELECT chat_id AS "chatId" FROM messages WHERE id = $1', [
      messageId,
    ]);
    return message?.chatId;
  }

  async message(tx: Tx, messageId: string): Promise<MessageTarget | undefined> {
    const target = await row<MessageTarget & { text: string | null }>(
      tx,
      `SELECT m.id, m.seq, m.direction, m.author_kind AS "authorKind", m.status, m.text, m.content,
         m.deleted_at AS "deletedAt", array_remove(m.external_id || ARRAY(
           SELECT x.external_id FROM message_external_ids x WHERE x.message_id = m.id AND x.external_id <> m.external_id
           ORDER BY x.external_id), NULL) AS "externalIds", ${BLOCKED} AS blocked, ${CHAT}
       FROM messages m JOIN chats c ON c.id = m.chat_id JOIN channels ch ON ch.id = c.channel_id
       LEFT JOIN channel_identities b ON b.identity_id = c.identity_id AND b.channel_id = c.channel_id WHERE m.id = $1`,
      [messageId],
    );
    return target && { ...target, content: { ...target.content, text: target.text ?? undefined } };
  }
}
