import { Injectable } from '@nestjs/common';
import { Database, row, rows, type Tx } from '#database';
import type { SilentAgent, WaitingOrder } from '../queue/queue.entity.js';
import type { Member } from './member.js';
import type { StandingOffer } from './plan.js';
import type { RoutedChat } from './reasons.js';
import { type RoutingRuleName, rulesThatOffer } from './routing-rules.js';
import type { Wishes } from './routing.js';

/** A queue as routing obeys it. */
export interface RoutedQueue {
  readonly id: string;
  readonly rule: RoutingRuleName;
  readonly offerSeconds: number;
  readonly silentAgent: SilentAgent;
  readonly waitingOrder: WaitingOrder;
  readonly prefersPreviousAgent: boolean;
  /** The database's clock, in microseconds since 1970. */
  readonly now: number;
}

/** The house's other advisory locks are of one number; PostgreSQL keeps those of two apart from them. */
const LOCK_CLASS = 11;

const micros = (time: string) => `(extract(epoch FROM ${time}) * 1000000)::float8`;

/** Room as `roomOf` weighs it, of `MEMBERS`. */
const ROOM = `least(a.chat_limit - a.open_chats - o.offered, q.agent_limit - coalesce(l.open_chats, 0) - o.in_queue)`;

const MEMBERS = `
  FROM queue_agents m
  JOIN queues q ON q.id = m.queue_id
  JOIN users u ON u.id = m.user_id AND u.active
  JOIN agents a ON a.user_id = m.user_id
  LEFT JOIN agent_queue_loads l ON l.user_id = m.user_id AND l.queue_id = m.queue_id
  CROSS JOIN LATERAL (
    SELECT count(*)::int AS offered, (count(*) FILTER (WHERE c.queue_id = m.queue_id))::int AS in_queue
    FROM chats c WHERE c.offered_to = m.user_id
  ) o`;

const WANTED = `
  SELECT q.id FROM queues q
  WHERE (q.id = ANY ($1::uuid[]) OR q.id IN (SELECT queue_id FROM queue_agents WHERE user_id = ANY ($2::uuid[])))
    AND (q.routing_rule = ANY ($3::text[])
      OR EXISTS (SELECT FROM chats c WHERE c.offered_to IS NOT NULL AND c.queue_id = q.id))`;

/** Where there is something to do: an offer that cannot stand, or a chat that could be offered. */
const DUE = `
  SELECT x.queue_id AS id
  FROM (
    SELECT c.queue_id, c.offered_to, bool_or(c.offered_until <= now()) AS expired
    FROM chats c WHERE c.offered_to IS NOT NULL GROUP BY c.queue_id, c.offered_to
  ) x
  WHERE x.expired OR NOT EXISTS (
    SELECT ${MEMBERS}
    WHERE m.queue_id = x.queue_id AND m.user_id = x.offered_to AND a.available AND ${ROOM} >= 0
      AND q.routing_rule = ANY ($1::text[]))
  UNION
  SELECT w.id FROM queues w
  WHERE w.live AND w.routing_rule = ANY ($1::text[])
    AND EXISTS (SELECT FROM chats c WHERE c.queue_id = w.id AND c.status = 'waiting' AND c.offered_to IS NULL)
    AND EXISTS (SELECT ${MEMBERS} WHERE m.queue_id = w.id AND a.available AND ${ROOM} > 0)`;

/** All that routing looks at before it decides. */
@Injectable()
export class SituationRepository {
  constructor(private readonly database: Database) {}

  /** Queues with an offer whose time is over. */
  async expired(): Promise<string[]> {
    const found = await this.database.rows<{ id: string }>(
      'SELECT DISTINCT queue_id AS id FROM chats WHERE offered_to IS NOT NULL AND offered_until <= now()',
    );
    return found.map(({ id }) => id);
  }

  /** Queues where there is anything to do, whether or not somebody asked for it. */
  async due(): Promise<string[]> {
    const found = await this.database.rows<{ id: string }>({ name: 'routing-due', text: DUE }, [rulesThatOffer]);
    return found.map(({ id }) => id);
  }

  /** Of the queues somebody asked to route, those whose rule offers chats, or did until now. */
  async wanted({ queueIds, agentIds }: Wishes): Promise<string[]> {
    const wanted = [queueIds, agentIds, rulesThatOffer];
    const found = await this.database.rows<{ id: string }>({ name: 'routing-wanted', text: WANTED }, wanted);
    return found.map(({ id }) => id);
  }

  /**
   * Waits until nobody else in the fleet routes this queue, or one that shares agents with it: whoever sees how much room
   * an agent has also sees all that is offered to them. Queues without a common agent never wait for each other.
   */
  async enter(tx: Tx, queueId: string): Promise<RoutedQueue | undefined> {
    await rows(
      tx,
      `SELECT pg_advisory_xact_lock($2::int, s.key) FROM (
         SELECT hashtext($1::text) AS key
         UNION SELECT hashtext(o.queue_id::text) FROM queue_agents m JOIN queue_agents o ON o.user_id = m.user_id
         WHERE m.queue_id = $1::uuid
         ORDER BY key
       ) s`,
      [queueId, LOCK_CLASS],
    );
    return this.queue(queueId, tx);
  }

  queue(queueId: string, tx?: Tx): Promise<RoutedQueue | undefined> {
    const statement = `
      SELECT id, routing_rule AS rule, offer_seconds AS "offerSeconds", silent_agent AS "silentAgent",
        waiting_order AS "waitingOrder", prefers_previous_agent AS "prefersPreviousAgent",
        ${micros('clock_timestamp()')} AS now
      FROM queues WHERE id = $1`;
    return tx ? row<RoutedQueue>(tx, statement, [queueId]) : this.database.row<RoutedQueue>(statement, [queueId]);
  }

  offers(tx: Tx, queueId: string): Promise<StandingOffer[]> {
    return rows<StandingOffer>(
      tx,
      `SELECT id AS "chatId", offered_to AS "agentId", ${micros('offered_until')} AS until,
         offered_until <= clock_timestamp() AS expired
       FROM chats WHERE queue_id = $1 AND offered_to IS NOT NULL`,
      [queueId],
    );
  }

  /** The queue's agents, whoever may still sign in. */
  members(queueId: string, tx?: Tx): Promise<Member[]> {
    const statement = `
      SELECT m.user_id AS id, a.state, a.available, a.chat_limit AS "chatLimit", a.open_chats AS "openChats",
        o.offered AS "offeredChats", q.agent_limit AS "queueLimit", coalesce(l.open_chats, 0) AS "queueOpenChats",
        o.in_queue AS "queueOfferedChats", ${micros('a.last_accept_at')} AS "lastAcceptAt",
        ${micros('m.last_offered_at')} AS "lastOfferAt"
      ${MEMBERS} WHERE m.queue_id = $1 ORDER BY m.user_id`;
    return tx ? rows<Member>(tx, statement, [queueId]) : this.database.rows<Member>(statement, [queueId]);
  }

  /** The first waiting chats that nobody is asked about, together with those whose offer just ends. */
  async waiting(tx: Tx, queue: RoutedQueue, limit: number, ending: readonly string[]): Promise<RoutedChat[]> {
    const order = queue.waitingOrder === 'oldest' ? 'c.waiting_since, c.id' : 'c.waiting_since DESC, c.id DESC';
    const found = await rows<WaitingRow>(
      tx,
      `${WAITING} WHERE c.queue_id = $1 AND c.status = 'waiting' AND (c.offered_to IS NULL OR c.id = ANY ($2::uuid[]))
       ORDER BY ${order} LIMIT $3`,
      [queue.id, ending, limit],
    );
    return found.map(routedChat);
  }

  /** One waiting chat, for whoever asks what routing thinks of it. */
  async chat(chatId: string): Promise<RoutedChat | undefined> {
    const found = await this.database.row<WaitingRow>(`${WAITING} WHERE c.id = $1 AND c.status = 'waiting'`, [chatId]);
    return found && routedChat(found);
  }
}

interface WaitingRow {
  readonly id: string;
  readonly previousAgentId: string | null;
  readonly passes: Readonly<Record<string, number>> | null;
}

/**
 * Who held the contact's last chat: this one, where it was closed and reopened, else the one before. Who let the chat pass
 * while it waits here, and who gave it out of their hands.
 */
const WAITING = `
  SELECT c.id, coalesce((
    SELECT CASE o.ended_how WHEN 'closed' THEN o.agent_id END FROM chat_ownerships o
    WHERE o.chat_id = c.id ORDER BY o.began_at DESC LIMIT 1
  ), p.agent_id) AS "previousAgentId", (
    SELECT jsonb_object_agg(x.agent_id, x.at) FROM (
      SELECT y.agent_id, max(${micros('y.at')}) AS at FROM (
        SELECT r.agent_id, r.passed_at AS at FROM routing_passes r
        WHERE r.chat_id = c.id AND r.queue_id = c.queue_id AND r.waiting_since = c.waiting_since
        UNION ALL
        SELECT o.agent_id, o.ended_at FROM chat_ownerships o
        WHERE o.chat_id = c.id AND o.ended_how IN ('released', 'transferred')
      ) y GROUP BY y.agent_id
    ) x
  ) AS passes
  FROM chats c LEFT JOIN chats p ON p.id = c.previous_chat_id`;

function routedChat({ id, previousAgentId, passes }: WaitingRow): RoutedChat {
  return { id, previousAgentId, passes: new Map(Object.entries(passes ?? {})) };
}
