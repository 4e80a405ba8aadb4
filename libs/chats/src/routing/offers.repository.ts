import { Injectable } from '@nestjs/common';
import { row, rows, type Tx } from '#database';
import type { EndedOffer, PlannedOffer } from './plan.js';
import type { RoutedQueue } from './situation.repository.js';

/** A waiting chat whose row is locked. */
export interface LockedChat {
  readonly id: string;
  readonly offeredTo: string | null;
}

export interface MadeOffer {
  readonly chatId: string;
  readonly agentId: string;
  readonly until: Date;
}

export interface Declined {
  readonly queueId: string;
  readonly rule: string;
}

/** Before whom waiting chats stand, and who let them pass. */
@Injectable()
export class OffersRepository {
  /** Those of the chats that still wait in the queue; nobody changes them until the end of the transaction. */
  lock(tx: Tx, queueId: string, chatIds: readonly string[]): Promise<LockedChat[]> {
    return rows<LockedChat>(
      tx,
      `SELECT id, offered_to AS "offeredTo" FROM chats
       WHERE id = ANY ($1::uuid[]) AND queue_id = $2 AND status = 'waiting' ORDER BY id FOR NO KEY UPDATE`,
      [chatIds, queueId],
    );
  }

  /** Puts each locked chat before its agent, or before nobody. Answers the offers made, with their deadlines. */
  async put(tx: Tx, queue: RoutedQueue, chats: ReadonlyMap<string, string | null>): Promise<MadeOffer[]> {
    const put = await rows<{ chatId: string; agentId: string | null; until: Date }>(
      tx,
      `UPDATE chats c SET offered_to = n.agent_id,
         offered_until = CASE WHEN n.agent_id IS NOT NULL THEN clock_timestamp() + $3 * interval '1 second' END
       FROM unnest($1::uuid[], $2::uuid[]) AS n (id, agent_id) WHERE c.id = n.id
       RETURNING c.id AS "chatId", c.offered_to AS "agentId", c.offered_until AS until`,
      [[...chats.keys()], [...chats.values()], queue.offerSeconds],
    );
    return put.filter((offer): offer is MadeOffer => offer.agentId !== null);
  }

  /** When the queue asked each of these agents last. */
  async remember(tx: Tx, queueId: string, offers: readonly PlannedOffer[]): Promise<void> {
    await rows(
      tx,
      `UPDATE queue_agents m SET last_offered_at = timestamptz 'epoch' + n.at * interval '1 microsecond'
       FROM (SELECT agent_id, max(at) AS at FROM unnest($2::uuid[], $3::float8[]) AS n (agent_id, at) GROUP BY agent_id) n
       WHERE m.queue_id = $1 AND m.user_id = n.agent_id`,
      [queueId, offers.map(({ agentId }) => agentId), offers.map(({ at }) => at)],
    );
  }

  /** Writes down who let which chat pass while it waits here. */
  async pass(tx: Tx, ended: readonly Pick<EndedOffer, 'chatId' | 'agentId'>[]): Promise<void> {
    await rows(
      tx,
      `INSERT INTO routing_passes AS r (chat_id, agent_id, queue_id, waiting_since, passed_at)
       SELECT c.id, n.agent_id, c.queue_id, c.waiting_since, clock_timestamp()
       FROM unnest($1::uuid[], $2::uuid[]) AS n (chat_id, agent_id) JOIN chats c ON c.id = n.chat_id
       WHERE c.waiting_since IS NOT NULL
       ON CONFLICT (chat_id, agent_id) DO UPDATE SET queue_id = excluded.queue_id,
         waiting_since = excluded.waiting_since, passed_at = excluded.passed_at`,
      [ended.map(({ chatId }) => chatId), ended.map(({ agentId }) => agentId)],
    );
  }

  /** Takes the chat from before the agent, if it stands there. */
  decline(tx: Tx, chatId: string, agentId: string): Promise<Declined | undefined> {
    return row<Declined>(
      tx,
      `UPDATE chats c SET offered_to = NULL, offered_until = NULL FROM queues q
       WHERE c.id = $1 AND c.offered_to = $2 AND q.id = c.queue_id
       RETURNING c.queue_id AS "queueId", q.routing_rule AS rule`,
      [chatId, agentId],
    );
  }

  /** Whether the agent has let this chat pass while it waits here. */
  async hasPassed(tx: Tx, chatId: string, agentId: string): Promise<boolean> {
    const found = await row(
      tx,
      `SELECT FROM routing_passes r JOIN chats c ON c.id = r.chat_id
       WHERE r.chat_id = $1 AND r.agent_id = $2 AND r.queue_id = c.queue_id AND r.waiting_since = c.waiting_since`,
      [chatId, agentId],
    );
    return found !== undefined;
  }
}
