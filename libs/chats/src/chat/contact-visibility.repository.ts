import { Injectable } from '@nestjs/common';
import { ContactVisibility } from '#contacts';
import { Database, row, rows, type Tx } from '#database';
import { MAY_SEE } from './chat-access.repository.js';

interface Hearers {
  readonly agents: string[];
  readonly queues: string[];
}

/** More contacts than an agent looks through. */
const MOST_SEEN = 10_000;

const HEARERS = `
  SELECT coalesce(array_agg(DISTINCT c.agent_id) FILTER (WHERE c.agent_id IS NOT NULL), '{}') AS agents,
    coalesce(array_agg(DISTINCT c.queue_id) FILTER (WHERE c.status = 'waiting'), '{}') AS queues
  FROM identities i
  CROSS JOIN LATERAL (
    SELECT agent_id, queue_id, status FROM chats WHERE identity_id = i.id AND status <> 'closed' OFFSET 0
  ) AS c`;

/** Planned each time: a plan that was made while there were few chats would read them all for each contact. */
const HEARERS_OF_CONTACTS = `
  SELECT h.agents, h.queues FROM unnest($1::uuid[]) WITH ORDINALITY AS w (contact_id, place)
  CROSS JOIN LATERAL (${HEARERS} WHERE i.contact_id = w.contact_id) AS h
  ORDER BY w.place`;

/** The identity $3 and all others of its contact; a guest has none. */
const SAME_PERSON = `SELECT $3::uuid UNION ALL
  SELECT other.id FROM identities asked JOIN identities other ON other.contact_id = asked.contact_id WHERE asked.id = $3`;

/** Agents see the contacts of the chats they may see, with everybody the messengers know them as. */
@Injectable()
export class ContactsOfChats extends ContactVisibility {
  constructor(private readonly database: Database) {
    super();
  }

  maySee(userId: string, contactId: string, tx?: Tx): Promise<boolean> {
    return this.maySeeChatOf('i.contact_id = $3', userId, contactId, tx);
  }

  maySeeIdentity(userId: string, identityId: string, tx?: Tx): Promise<boolean> {
    return this.maySeeChatOf(`i.id IN (${SAME_PERSON})`, userId, identityId, tx);
  }

  async seenBy(userId: string): Promise<string[]> {
    const seen = await this.database.rows<{ id: string }>(
      `SELECT DISTINCT i.contact_id AS id FROM (
         SELECT c.identity_id FROM chats c WHERE c.agent_id = $1
         UNION ALL
         SELECT c.identity_id FROM queue_agents q JOIN chats c ON c.queue_id = q.queue_id AND c.status = 'waiting'
         WHERE q.user_id = $1
         UNION ALL
         SELECT c.identity_id FROM chat_ownerships o JOIN chats c ON c.id = o.chat_id WHERE o.agent_id = $1
       ) theirs
       JOIN identities i ON i.id = theirs.identity_id
       WHERE i.contact_id IS NOT NULL ORDER BY id DESC LIMIT ${MOST_SEEN}`,
      [userId],
    );
    return seen.map(({ id }) => id);
  }

  audiencesOf(tx: Tx, contactIds: readonly string[]): Promise<Hearers[]> {
    return rows<Hearers>(tx, HEARERS_OF_CONTACTS, [contactIds]);
  }

  async audienceOfIdentity(tx: Tx, identityId: string): Promise<Hearers> {
    const hearers = await row<Hearers>(tx, `${HEARERS} WHERE i.id = $1`, [identityId]);
    return hearers ?? { agents: [], queues: [] };
  }

  private async maySeeChatOf(whose: string, userId: string, id: string, tx?: Tx): Promise<boolean> {
    const statement = `SELECT 1 AS seen FROM identities i JOIN chats c ON c.identity_id = i.id
      WHERE ${whose} AND ${MAY_SEE} LIMIT 1`;
    const values = [userId, false, id];
    const seen = tx ? await row(tx, statement, values) : await this.database.row(statement, values);
    return seen !== undefined;
  }
}
