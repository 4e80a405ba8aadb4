import { Injectable } from '@nestjs/common';
import { Database, row, type Tx } from '#database';
import type { Reader } from './reader.js';

/** A chat somebody may see, as far as other questions about it need it. */
export interface VisibleChat {
  readonly id: string;
  readonly status: ChatStatus;
  readonly queueId: string;
  readonly channelId: string;
  readonly messenger: string;
  readonly identityId: string;
  readonly contactId: string | null;
  readonly contactName: string | null;
  readonly agentId: string | null;
}

export const CHAT_STATUSES = ['waiting', 'in_progress', 'closed'] as const;
export type ChatStatus = (typeof CHAT_STATUSES)[number];

/** Own chats, now or once; waiting ones of own queues; everything for those who see all. $1 = user, $2 = sees all. */
export const MAY_SEE = `($2 OR c.agent_id = $1
  OR (c.status = 'waiting' AND EXISTS (SELECT FROM queue_agents q WHERE q.queue_id = c.queue_id AND q.user_id = $1))
  OR EXISTS (SELECT FROM chat_ownerships o WHERE o.chat_id = c.id AND o.agent_id = $1))`;

const SEE = {
  name: 'chats-see',
  text: `
    SELECT c.id, c.status, c.queue_id AS "queueId", c.channel_id AS "channelId", ch.messenger,
      c.identity_id AS "identityId", i.contact_id AS "contactId", coalesce(co.name, i.name) AS "contactName",
      c.agent_id AS "agentId"
    FROM chats c
    JOIN channels ch ON ch.id = c.channel_id
    JOIN identities i ON i.id = c.identity_id
    LEFT JOIN contacts co ON co.id = i.contact_id
    WHERE c.id = $3 AND ${MAY_SEE}`,
};

@Injectable()
export class ChatAccessRepository {
  constructor(private readonly database: Database) {}

  see(reader: Reader, chatId: string, tx?: Tx): Promise<VisibleChat | undefined> {
    const values = [reader.userId, reader.seesAll, chatId];
    return tx ? row<VisibleChat>(tx, SEE, values) : this.database.row<VisibleChat>(SEE, values);
  }

  /** False where the person was erased; one who is just being erased is waited for, and nobody is before the transaction ends. */
  async holdPerson(tx: Tx, chatId: string): Promise<boolean> {
    const person = await row(
      tx,
      `SELECT FROM chats c JOIN identities i ON i.id = c.identity_id
       WHERE c.id = $1 AND i.erased_at IS NULL FOR KEY SHARE OF i`,
      [chatId],
    );
    return person !== undefined;
  }

  async lock(tx: Tx, chatId: string): Promise<void> {
    await row(tx, 'SELECT id FROM chats WHERE id = $1 FOR NO KEY UPDATE', [chatId]);
  }
}
