import { Injectable } from '@nestjs/common';
import { ContactVisibility } from '#contacts';
import { Database, row, type Tx } from '#database';
import { MAY_SEE } from './chat-access.repository.js';

/** Agents see the contacts of the chats they may see. */
@Injectable()
export class ContactsOfChats extends ContactVisibility {
  constructor(private readonly database: Database) {
    super();
  }

  async maySee(userId: string, contactId: string): Promise<boolean> {
    const seen = await this.database.row(
      `SELECT 1 FROM identities i JOIN chats c ON c.identity_id = i.id
       WHERE i.contact_id = $3 AND ${MAY_SEE} LIMIT 1`,
      [userId, false, contactId],
    );
    return seen !== undefined;
  }

  async audienceOf(tx: Tx, contactId: string): Promise<{ agents: string[]; queues: string[] }> {
    const audience = await row<{ agents: string[]; queues: string[] }>(
      tx,
      `SELECT coalesce(array_agg(DISTINCT c.agent_id) FILTER (WHERE c.agent_id IS NOT NULL), '{}') AS agents,
         coalesce(array_agg(DISTINCT c.queue_id) FILTER (WHERE c.status = 'waiting'), '{}') AS queues
       FROM identities i JOIN chats c ON c.identity_id = i.id
       WHERE i.contact_id = $1 AND c.status <> 'closed'`,
      [contactId],
    );
    return audience ?? { agents: [], queues: [] };
  }
}
