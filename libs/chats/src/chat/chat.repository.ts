import { Injectable } from '@nestjs/common';
import { Database, row, rows, type Tx } from '#database';
import { rulesForEveryone } from '../routing/routing-rules.js';
import { type ChatStatus, MAY_SEE } from './chat-access.repository.js';
import type { Reader } from './reader.js';

/** What every answer about chats reads: one row a chat, nothing counted. */
export interface ChatRow {
  readonly id: string;
  readonly status: ChatStatus;
  readonly channel_id: string;
  readonly channel_name: string;
  readonly messenger: string;
  readonly queue_id: string;
  readonly queue_name: string;
  readonly contact_id: string | null;
  readonly contact_name: string | null;
  readonly identity_id: string;
  readonly agent_id: string | null;
  readonly agent_name: string | null;
  readonly unread: number;
  readonly last_seq: number;
  readonly last_message_preview: string | null;
  readonly last_message_direction: string | null;
  readonly last_message_at: Date | null;
  readonly last_inbound_at: Date | null;
  readonly blocked: boolean;
  readonly previous_chat_id: string | null;
  readonly opened_at: Date;
  readonly waiting_since: Date | null;
  readonly offered_to: string | null;
  readonly offered_until: Date | null;
  readonly accepted_at: Date | null;
  readonly closed_at: Date | null;
  readonly closed_by: string | null;
  readonly close_reason: string | null;
  readonly first_accepted_at: Date | null;
  readonly first_human_reply_at: Date | null;
  readonly inbound_count: number;
  readonly outbound_count: number;
}

/** With what the reader typed in it and did not send. */
export interface ChatViewRow extends ChatRow {
  readonly draft: { readonly text: string; readonly version: string; readonly updatedAt: string } | null;
}

/**
 * Whether the contact of a chat `c` blocked the account, by `channel_identities` named `b`. Who writes again does so no
 * more.
 */
export const BLOCKED = `coalesce(
  b.blocked_at > coalesce(greatest(b.unblocked_at, c.last_inbound_at), '-infinity'), false)`;

/** Whether another system had the conversation when the contact of a chat `c` wrote last. */
export const IN_STANDBY = `coalesce((
  SELECT m.content ? 'standby' FROM messages m WHERE m.chat_id = c.id AND m.direction = 'inbound'
  ORDER BY m.seq DESC LIMIT 1), false)`;

/** Where what `ChatRow` says of more than the chat `c` is read. */
interface Sources {
  readonly contactId: string;
  readonly contactName: string;
  readonly agentName: string;
  /** The reader's; null where they have none. */
  readonly position: string;
  readonly blocked: string;
}

/** The columns of `ChatRow`, for channels `ch` and queues `q`. */
const columnsOf = ({ contactId, contactName, agentName, position, blocked }: Sources) => `
  c.id, c.status, c.channel_id, ch.name AS channel_name, ch.messenger, c.queue_id, q.name AS queue_name,
  ${contactId} AS contact_id, ${contactName} AS contact_name, c.identity_id, c.agent_id, ${agentName} AS agent_name,
  greatest(c.inbound_count - coalesce(${position}, c.team_position), 0) AS unread, c.last_seq,
  c.last_message_preview, c.last_message_direction, c.last_message_at, c.last_inbound_at, c.previous_chat_id,
  c.opened_at, c.waiting_since, c.offered_to, c.offered_until, c.accepted_at, c.closed_at, c.closed_by, c.close_reason,
  c.first_accepted_at, c.first_human_reply_at, c.inbound_count, c.outbound_count, ${blocked} AS blocked`;

/** For chats named `c` and `CHAT_JOINS`. */
export const CHAT_COLUMNS = columnsOf({
  contactId: 'i.contact_id',
  contactName: 'coalesce(co.name, i.name)',
  agentName: 'u.name',
  position: 'p.position',
  blocked: BLOCKED,
});

const PLACE_JOINS = `
  JOIN channels ch ON ch.id = c.channel_id
  JOIN queues q ON q.id = c.queue_id`;

/** Names for the chats of one page, each by primary key. $1 = whose position. */
export const CHAT_JOINS = `${PLACE_JOINS}
  JOIN identities i ON i.id = c.identity_id
  LEFT JOIN contacts co ON co.id = i.contact_id
  LEFT JOIN users u ON u.id = c.agent_id
  LEFT JOIN channel_identities b ON b.identity_id = c.identity_id AND b.channel_id = c.channel_id
  LEFT JOIN chat_positions p ON p.chat_id = c.id AND p.user_id = $1`;

/** The same for chats in progress that reader $1 holds: the database keeps copies in their rows. */
export const HELD_CHAT_COLUMNS = columnsOf({
  contactId: 'c.contact_id',
  contactName: 'c.contact_name',
  agentName: '(SELECT u.name FROM users u WHERE u.id = $1)',
  position: 'c.agent_position',
  blocked: `coalesce(c.blocked_since > coalesce(c.last_inbound_at, '-infinity'), false)`,
});

export const HELD_CHAT_JOINS = PLACE_JOINS;

const VIEW = {
  name: 'chats-view',
  text: `SELECT ${CHAT_COLUMNS}, (
      SELECT json_build_object('text', d.text, 'version', d.version, 'updatedAt', d.updated_at)
      FROM chat_drafts d WHERE d.chat_id = c.id AND d.user_id = $1
    ) AS draft
    FROM chats c ${CHAT_JOINS} WHERE c.id = $3 AND ${MAY_SEE}`,
};

/** How a chat stands for somebody who was too late to accept it. */
export interface Standing {
  readonly status: ChatStatus;
  readonly agent_id: string | null;
  readonly agent_name: string | null;
}

export interface Assigned {
  readonly queue_id: string;
  /** Before whom it stood until now, as far as known. */
  readonly offered_to: string | null;
}

export interface ClosedChat {
  readonly queue_id: string;
  readonly agent_id: string | null;
  /** Before whom it stood until now, as far as known. */
  readonly offered_to: string | null;
  readonly close_reason: string;
}

/** One chat and its changes of hands. */
@Injectable()
export class ChatRepository {
  constructor(private readonly database: Database) {}

  view(reader: Reader, chatId: string, tx?: Tx): Promise<ChatViewRow | undefined> {
    const values = [reader.userId, reader.seesAll, chatId];
    return tx ? row<ChatViewRow>(tx, VIEW, values) : this.database.row<ChatViewRow>(VIEW, values);
  }

  /**
   * Gives a waiting chat to the user if it is for them: it waits for everyone in a queue of theirs, or is offered to them
   * now, or they see every chat. Whoever comes second waits for the first, then finds nothing.
   */
  assign(tx: Tx, chatId: string, userId: string, seesAll: boolean, at: Date): Promise<Assigned | undefined> {
    return row<Assigned>(
      tx,
      `UPDATE chats c SET status = 'in_progress', agent_id = $2, accepted_at = $4,
         first_accepted_at = coalesce(c.first_accepted_at, $4), offered_to = NULL, offered_until = NULL
       FROM chats before
       WHERE c.id = $1 AND before.id = c.id AND c.status = 'waiting' AND ($3 OR EXISTS (
         SELECT FROM queue_agents m JOIN queues q ON q.id = m.queue_id
         WHERE m.queue_id = c.queue_id AND m.user_id = $2
           AND (q.routing_rule = ANY ($5) OR c.offered_to = $2 AND c.offered_until > clock_timestamp())))
       RETURNING c.queue_id, before.offered_to`,
      [chatId, userId, seesAll, at.toISOString(), rulesForEveryone],
    );
  }

  /** For the members of the chat's queue too: they may know who was faster, also where they may not see the chat. */
  standing(tx: Tx, chatId: string, userId: string, seesAll: boolean): Promise<Standing | undefined> {
    return row<Standing>(
      tx,
      `SELECT c.status, c.agent_id, u.name AS agent_name FROM chats c LEFT JOIN users u ON u.id = c.agent_id
       WHERE c.id = $1 AND ($3 OR c.agent_id = $2
         OR EXISTS (SELECT FROM queue_agents q WHERE q.queue_id = c.queue_id AND q.user_id = $2)
         OR EXISTS (SELECT FROM chat_ownerships o WHERE o.chat_id = c.id AND o.agent_id = $2))`,
      [chatId, userId, seesAll],
    );
  }

  /** The open chats with these people, locked in the order of their ids. */
  async lockOpenOf(tx: Tx, identityIds: readonly string[]): Promise<string[]> {
    const open = await rows<{ id: string }>(
      tx,
      `SELECT id FROM chats WHERE identity_id = ANY ($1::uuid[]) AND status <> 'closed' ORDER BY id FOR NO KEY UPDATE`,
      [identityIds],
    );
    return open.map(({ id }) => id);
  }

  /** Closes an open chat if its owner, or one who sees all, asks. Nothing found: closed already, or not theirs. */
  close(tx: Tx, chatId: string, reader: Reader, at: Date): Promise<ClosedChat | undefined> {
    return row<ClosedChat>(
      tx,
      `UPDATE chats c SET status = 'closed', closed_at = $4, closed_by = $2, offered_to = NULL, offered_until = NULL,
         close_reason = CASE WHEN c.agent_id = $2 THEN 'agent' ELSE 'supervisor' END
       FROM chats before
       WHERE c.id = $1 AND before.id = c.id AND c.status <> 'closed' AND ($3 OR c.agent_id = $2)
       RETURNING c.queue_id, c.agent_id, before.offered_to, c.close_reason`,
      [chatId, reader.userId, reader.seesAll, at.toISOString()],
    );
  }
}
