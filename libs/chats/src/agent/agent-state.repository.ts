import { Injectable } from '@nestjs/common';
import { Database, row, rows, type Tx } from '#database';
import type { AgentStateDto } from './agent-state.dto.js';

const STATE = 'key, name, available, built_in AS "builtIn"';

/** The states agents choose from. Nobody can be in one that is not here: a foreign key sees to it. */
@Injectable()
export class AgentStateRepository {
  constructor(private readonly database: Database) {}

  /** The built-in ones first, then by name. */
  list(): Promise<AgentStateDto[]> {
    return this.database.rows<AgentStateDto>(
      `SELECT ${STATE} FROM agent_states ORDER BY built_in DESC, built_in AND NOT available, lower(name)`,
    );
  }

  async count(tx: Tx): Promise<number> {
    return (await row<{ states: number }>(tx, 'SELECT count(*)::int AS states FROM agent_states'))?.states ?? 0;
  }

  /** Keeps the state as it is until the end of the transaction. */
  hold(tx: Tx, key: string): Promise<AgentStateDto | undefined> {
    return row<AgentStateDto>(tx, `SELECT ${STATE} FROM agent_states WHERE key = $1 FOR SHARE`, [key]);
  }

  /** Waits until nobody is about to enter it. */
  lock(tx: Tx, key: string): Promise<AgentStateDto | undefined> {
    return row<AgentStateDto>(tx, `SELECT ${STATE} FROM agent_states WHERE key = $1 FOR UPDATE`, [key]);
  }

  async create(tx: Tx, { key, name, available }: Omit<AgentStateDto, 'builtIn'>): Promise<AgentStateDto> {
    const created = await row<AgentStateDto>(
      tx,
      `INSERT INTO agent_states (key, name, available) VALUES ($1, $2, $3) RETURNING ${STATE}`,
      [key, name, available],
    );
    return created!;
  }

  async update(tx: Tx, { key, name, available }: AgentStateDto): Promise<void> {
    await rows(tx, 'UPDATE agent_states SET name = $2, available = $3 WHERE key = $1', [key, name, available]);
  }

  /** Refused by the database (foreign key) while an agent is in it. */
  async delete(tx: Tx, key: string): Promise<void> {
    await rows(tx, 'DELETE FROM agent_states WHERE key = $1', [key]);
  }

  /** Those who are in it, their rows locked in the order of their ids. */
  async agentsIn(tx: Tx, key: string): Promise<string[]> {
    const found = await rows<{ id: string }>(
      tx,
      'SELECT user_id AS id FROM agents WHERE state = $1 ORDER BY user_id FOR UPDATE',
      [key],
    );
    return found.map(({ id }) => id);
  }
}
