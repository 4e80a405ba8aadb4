import type { Database } from '#database';

export interface ChatState {
  readonly id: string;
  readonly queueId: string;
  readonly agentId: string | null;
  readonly offeredTo: string | null;
  /** Its place among all: the smaller, the longer it waits. */
  readonly waitingSince: number;
  readonly decisions: readonly {
    readonly outcome: string;
    readonly agentId: string | null;
    readonly first: string | null;
  }[];
  readonly passes: readonly string[];
}

export interface AgentState {
  readonly id: string;
  readonly available: boolean;
  readonly limit: number;
  readonly counted: number;
  /** By queue. */
  readonly countedIn: Readonly<Record<string, number>>;
}

export interface QueueState {
  readonly id: string;
  readonly rule: string;
  readonly limit: number;
  readonly members: readonly string[];
}

export interface RoutingState {
  /** Open ones. */
  readonly chats: readonly ChatState[];
  readonly agents: readonly AgentState[];
  readonly queues: readonly QueueState[];
}

/** How everything stands, read from the tables without the room's own statements. */
export async function readState(database: Database, queueIds: readonly string[]): Promise<RoutingState> {
  const [chats, agents, queues] = await Promise.all([
    database.rows<ChatState>(
      `SELECT c.id, c.queue_id AS "queueId", c.agent_id AS "agentId", c.offered_to AS "offeredTo",
         extract(epoch FROM c.waiting_since)::float8 AS "waitingSince",
         coalesce((SELECT jsonb_agg(jsonb_build_object('outcome', d.outcome, 'agentId', d.agent_id,
           'first', d.reasons -> 'ranked' -> 0 ->> 'id') ORDER BY d.id)
           FROM routing_decisions d WHERE d.chat_id = c.id), '[]') AS decisions,
         ARRAY(SELECT p.agent_id::text FROM routing_passes p WHERE p.chat_id = c.id AND p.queue_id = c.queue_id
           UNION SELECT o.agent_id::text FROM chat_ownerships o
           WHERE o.chat_id = c.id AND o.ended_how IN ('released', 'transferred')) AS passes
       FROM chats c WHERE c.queue_id = ANY ($1::uuid[]) AND c.status <> 'closed' ORDER BY c.waiting_since, c.id`,
      [queueIds],
    ),
    database.rows<AgentState>(
      `SELECT user_id AS id, available, chat_limit AS "limit", open_chats AS counted,
         coalesce((SELECT jsonb_object_agg(l.queue_id, l.open_chats) FROM agent_queue_loads l
           WHERE l.user_id = agents.user_id AND l.queue_id = ANY ($1::uuid[])), '{}') AS "countedIn" FROM agents
       WHERE user_id IN (SELECT user_id FROM queue_agents WHERE queue_id = ANY ($1::uuid[]))
         OR user_id IN (SELECT coalesce(agent_id, offered_to) FROM chats WHERE queue_id = ANY ($1::uuid[]))`,
      [queueIds],
    ),
    database.rows<QueueState>(
      `SELECT q.id, q.routing_rule AS rule, q.agent_limit AS "limit",
         ARRAY(SELECT m.user_id::text FROM queue_agents m WHERE m.queue_id = q.id) AS members
       FROM queues q WHERE q.id = ANY ($1::uuid[])`,
      [queueIds],
    ),
  ]);
  return { chats, agents, queues };
}
