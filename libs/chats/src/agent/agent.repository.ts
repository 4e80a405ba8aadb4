import { Injectable } from '@nestjs/common';
import { Database, row, rows, type Tx } from '#database';
import type { AgentDto, StateDto } from './agent.dto.js';

const AGENT = `u.id AS "userId", u.name, coalesce(a.state, 'inactive') AS state, coalesce(a.available, false) AS available,
  coalesce(a.state_changed_at, u.created_at) AS since, coalesce(a.open_chats, 0) AS "openChats",
  coalesce(a.chat_limit, 5) AS "chatLimit",
  ARRAY(SELECT m.queue_id FROM queue_agents m WHERE m.user_id = u.id ORDER BY m.queue_id) AS "queueIds"`;

const STATE = 'state, available, state_changed_at AS since';

export interface AgentFilter {
  readonly queueId?: string;
  readonly available?: boolean;
}

export interface ChangedState extends StateDto {
  readonly userId: string;
}

/** Agents' states and the intervals spent in them. */
@Injectable()
export class AgentRepository {
  constructor(private readonly database: Database) {}

  /** Users who may answer: those of any queue, and those who ever set a state. In id order. */
  list({ queueId, available }: AgentFilter, after: string | undefined, limit: number): Promise<AgentDto[]> {
    return this.database.rows<AgentDto>(
      `SELECT ${AGENT} FROM agents a JOIN users u ON u.id = a.user_id
       WHERE u.active AND ($1::uuid IS NULL OR a.user_id > $1) AND ($3::boolean IS NULL OR a.available = $3)
         AND ($4::uuid IS NULL OR EXISTS (
           SELECT FROM queue_agents q WHERE q.queue_id = $4 AND q.user_id = a.user_id))
       ORDER BY a.user_id LIMIT $2`,
      [after ?? null, limit, available ?? null, queueId ?? null],
    );
  }

  ofQueue(queueId: string, after: string | undefined, limit: number): Promise<AgentDto[]> {
    return this.database.rows<AgentDto>(
      `SELECT ${AGENT} FROM queue_agents q JOIN users u ON u.id = q.user_id LEFT JOIN agents a ON a.user_id = q.user_id
       WHERE q.queue_id = $1 AND u.active AND ($2::uuid IS NULL OR q.user_id > $2) ORDER BY q.user_id LIMIT $3`,
      [queueId, after ?? null, limit],
    );
  }

  get(userId: string): Promise<AgentDto | undefined> {
    return this.database.row<AgentDto>(
      `SELECT ${AGENT} FROM agents a JOIN users u ON u.id = a.user_id WHERE a.user_id = $1 AND u.active`,
      [userId],
    );
  }

  /** Whoever never chose a state is inactive. */
  state(userId: string): Promise<StateDto | undefined> {
    return this.database.row<StateDto>(
      `SELECT coalesce(a.state, 'inactive') AS state, coalesce(a.available, false) AS available,
         coalesce(a.state_changed_at, u.created_at) AS since
       FROM users u LEFT JOIN agents a ON a.user_id = u.id WHERE u.id = $1`,
      [userId],
    );
  }

  /** Makes the agent's row, and with it the first interval, where there is none. */
  async ensure(tx: Tx, userId: string): Promise<void> {
    await rows(
      tx,
      `WITH made AS (INSERT INTO agents (user_id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING *)
       INSERT INTO agent_state_intervals (user_id, state, available, began_at)
       SELECT user_id, state, available, state_changed_at FROM made`,
      [userId],
    );
  }

  lock(tx: Tx, userId: string): Promise<StateDto | undefined> {
    return row<StateDto>(tx, `SELECT ${STATE} FROM agents WHERE user_id = $1 FOR UPDATE`, [userId]);
  }

  /** As `changeStates`, for one agent. */
  async changeState(tx: Tx, userId: string, state: string): Promise<StateDto> {
    const [changed] = await this.changeStates(tx, [userId], state);
    if (!changed) throw new Error('changeState needs a locked agent');
    return changed;
  }

  /**
   * Ends the intervals of the states that were and begins the next at the same instants, also when the clock was set
   * back. The agents' rows are locked.
   */
  async changeStates(tx: Tx, userIds: readonly string[], state: string): Promise<ChangedState[]> {
    const changed = await rows<ChangedState>(
      tx,
      `UPDATE agents a SET state = s.key, available = s.available,
         state_changed_at = greatest(clock_timestamp(), a.state_changed_at + interval '1 microsecond')
       FROM agent_states s WHERE s.key = $2 AND a.user_id = ANY ($1::uuid[])
       RETURNING a.user_id AS "userId", a.state, a.available, a.state_changed_at AS since`,
      [userIds, state],
    );
    await rows(
      tx,
      `UPDATE agent_state_intervals i SET ended_at = a.state_changed_at
       FROM agents a WHERE a.user_id = ANY ($1::uuid[]) AND i.user_id = a.user_id AND i.ended_at IS NULL`,
      [userIds],
    );
    await rows(
      tx,
      `INSERT INTO agent_state_intervals (user_id, state, available, began_at)
       SELECT user_id, state, available, state_changed_at FROM agents WHERE user_id = ANY ($1::uuid[])`,
      [userIds],
    );
    return changed;
  }

  /** Answers the limit that was. The agent's row is there. */
  async setChatLimit(tx: Tx, userId: string, chatLimit: number): Promise<number> {
    const before = await row<{ chatLimit: number }>(
      tx,
      'SELECT chat_limit AS "chatLimit" FROM agents WHERE user_id = $1 FOR UPDATE',
      [userId],
    );
    if (!before) throw new Error(`${userId} is no agent`);
    await rows(tx, 'UPDATE agents SET chat_limit = $2 WHERE user_id = $1', [userId, chatLimit]);
    return before.chatLimit;
  }
}
