import { Injectable } from '@nestjs/common';
import { row, type Tx } from '#database';
import { type ChatStatus, MAY_SEE } from '../chat/chat-access.repository.js';
import type { Reader } from '../chat/reader.js';

export interface Named {
  readonly id: string;
  readonly name: string;
}

/** How a chat stands: where, and in whose hands. */
export interface Holding {
  readonly status: ChatStatus;
  readonly queue: Named;
  /** Null while it waits; who held it last when it is closed. */
  readonly agent: Named | null;
  /** Before whom it stands while it waits. */
  readonly offeredTo: string | null;
  /** Whether the reader is the last one who held it. */
  readonly readersLast: boolean;
}

interface HoldingRow {
  readonly status: ChatStatus;
  readonly queue_id: string;
  readonly queue_name: string;
  readonly agent_id: string | null;
  readonly agent_name: string | null;
  readonly offered_to: string | null;
  readonly readers_last: boolean;
}

/** In whose hands chats are, and the one statement that moves an open one. */
@Injectable()
export class HoldingRepository {
  /** Undefined where the reader may not see the chat. */
  async of(tx: Tx, chatId: string, { userId, seesAll }: Reader): Promise<Holding | undefined> {
    const found = await row<HoldingRow>(
      tx,
      `SELECT c.status, c.queue_id, q.name AS queue_name, c.agent_id, u.name AS agent_name, c.offered_to,
         coalesce(
           (SELECT o.agent_id = $1 FROM chat_ownerships o WHERE o.chat_id = c.id ORDER BY o.began_at DESC LIMIT 1), false
         ) AS readers_last
       FROM chats c JOIN queues q ON q.id = c.queue_id LEFT JOIN users u ON u.id = c.agent_id
       WHERE c.id = $3 AND ${MAY_SEE}`,
      [userId, seesAll, chatId],
    );
    if (!found) return undefined;
    const {
      status,
      queue_id,
      queue_name,
      agent_id,
      agent_name,
      offered_to: offeredTo,
      readers_last: readersLast,
    } = found;
    const agent = agent_id === null ? null : { id: agent_id, name: agent_name ?? '' };
    return { status, queue: { id: queue_id, name: queue_name }, agent, offeredTo, readersLast };
  }

  /**
   * Moves an open chat that still stands as in `from`; false when somebody was faster. One that waits again keeps its
   * place: the contact has waited since then. One that we began has none before: it comes last.
   */
  async move(
    tx: Tx,
    chatId: string,
    from: Holding,
    { queueId, agentId, at }: { queueId: string; agentId: string | null; at: Date },
  ): Promise<boolean> {
    const moved = await row(
      tx,
      `UPDATE chats SET queue_id = $5, agent_id = $6::uuid, offered_to = NULL, offered_until = NULL,
         status = CASE WHEN $6::uuid IS NULL THEN 'waiting' ELSE 'in_progress' END,
         waiting_since = coalesce(waiting_since, CASE WHEN $6::uuid IS NULL THEN $7::timestamptz END),
         accepted_at = CASE WHEN $6::uuid IS NOT NULL THEN $7::timestamptz END,
         first_accepted_at = coalesce(first_accepted_at, CASE WHEN $6::uuid IS NOT NULL THEN $7::timestamptz END)
       WHERE id = $1 AND status <> 'closed' AND status = $2 AND queue_id = $3 AND agent_id IS NOT DISTINCT FROM $4::uuid
       RETURNING id`,
      [chatId, from.status, from.queue.id, from.agent?.id ?? null, queueId, agentId, at.toISOString()],
    );
    return moved !== undefined;
  }

  /** One of ours who is not deactivated. */
  activeUser(tx: Tx, userId: string): Promise<Named | undefined> {
    return row<Named>(tx, 'SELECT id, name FROM users WHERE id = $1 AND active', [userId]);
  }

  /** A queue that nobody deletes until the end of the transaction. */
  heldQueue(tx: Tx, queueId: string): Promise<Named | undefined> {
    return row<Named>(tx, 'SELECT id, name FROM queues WHERE id = $1 AND live FOR KEY SHARE', [queueId]);
  }
}
