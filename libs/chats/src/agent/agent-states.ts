import { Injectable } from '@nestjs/common';
import { Problem, type OnceAnswer, type Page } from '#api-kit';
import { Database, sqlState, type Tx } from '#database';
import { audit, type Caller } from '#identity';
import { Creation } from '../creation.js';
import type { AgentStateDto, CreateAgentStateDto, UpdateAgentStateDto } from './agent-state.dto.js';
import { AgentStateRepository } from './agent-state.repository.js';
import { STATE_KEY } from './state.js';
import { StateChanges } from './state-changes.js';

const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';
/** They are listed whole, in every agent's menu. */
const AT_MOST = 100;

/** The states agents choose from: two built-in ones, and those of the house. */
@Injectable()
export class AgentStates {
  constructor(
    private readonly states: AgentStateRepository,
    private readonly changes: StateChanges,
    private readonly database: Database,
    private readonly creation: Creation,
  ) {}

  async list(): Promise<Page<AgentStateDto>> {
    return { data: await this.states.list(), page: { next: null, prev: null } };
  }

  create(caller: Caller, key: string | undefined, wish: CreateAgentStateDto): Promise<OnceAnswer<AgentStateDto>> {
    return this.creation.once({ caller, route: 'POST /v1/agent-states', key, request: wish }, async (tx) => {
      if ((await this.states.count(tx)) >= AT_MOST) {
        throw Problem.conflict('too_many_states', `There are ${AT_MOST} states already. Delete one first.`);
      }
      const state = await this.states.create(tx, wish).catch(taken);
      await audit(tx, { action: 'agent_state.created', subjectId: null, after: noted(state) });
      return state;
    });
  }

  /** Agents who are in it are available, or not, from now on: a new interval of theirs begins. */
  update(key: string, wish: UpdateAgentStateDto): Promise<AgentStateDto> {
    return this.database.transaction(async (tx) => {
      const present = await this.changeable(tx, key);
      const changed = { ...present, ...wish };
      await this.states.update(tx, changed).catch(taken);
      const entry = { before: noted(present), after: noted(changed) };
      await audit(tx, { action: 'agent_state.updated', subjectId: null, ...entry });
      if (changed.available !== present.available) {
        await this.changes.enter(tx, await this.states.agentsIn(tx, key), key);
      }
      return changed;
    });
  }

  /** Refused while an agent is in it. What was recorded of it stays. */
  async delete(key: string): Promise<void> {
    try {
      await this.database.transaction(async (tx) => {
        const state = await this.changeable(tx, key);
        await this.states.delete(tx, key);
        await audit(tx, { action: 'agent_state.deleted', subjectId: null, before: noted(state) });
      });
    } catch (error) {
      if (sqlState(error) !== FOREIGN_KEY_VIOLATION) throw error;
      throw Problem.conflict('state_in_use', 'An agent is in this state. Wait until nobody is.');
    }
  }

  private async changeable(tx: Tx, key: string): Promise<AgentStateDto> {
    // Whatever else stands in the address names no state, and may be what the database cannot hold.
    const state = STATE_KEY.test(key) ? await this.states.lock(tx, key) : undefined;
    if (!state) throw Problem.notFound('state');
    if (state.builtIn) throw Problem.conflict('state_built_in', 'This state is always there and cannot be changed.');
    return state;
  }
}

/** Its key, which is no id, stands in the entry also where only the rest differs. */
function noted({ key, name, available }: AgentStateDto): object {
  return { [key]: { name, available } };
}

function taken(error: unknown): never {
  if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
  throw Problem.conflict('state_taken', 'There is a state of this key or name already.');
}
