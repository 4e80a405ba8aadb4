import { Injectable } from '@nestjs/common';
import { encodeCursor, pageOf, Problem, type Page } from '#api-kit';
import { Database } from '#database';
import { EventLog } from '#events';
import { type Caller, requireUser } from '#identity';
import { idAfter } from '../id-cursor.js';
import { Routing } from '../routing/routing.js';
import type { AgentDto, AgentState, StateDto } from './agent.dto.js';
import { AgentRepository } from './agent.repository.js';

/** Agents: their states, their load, their limits. */
@Injectable()
export class Agents {
  constructor(
    private readonly agents: AgentRepository,
    private readonly database: Database,
    private readonly events: EventLog,
    private readonly routing: Routing,
  ) {}

  async list(cursor: string | undefined, limit: number): Promise<Page<AgentDto>> {
    const found = await this.agents.list(idAfter(cursor), limit + 1);
    return pageOf(found, limit, ({ userId }) => encodeCursor([userId]));
  }

  async setChatLimit(userId: string, chatLimit: number): Promise<AgentDto> {
    await this.agents.setChatLimit(userId, chatLimit);
    const agent = await this.agents.get(userId);
    if (!agent) throw Problem.notFound('agent');
    this.routing.soonForAgent(this.database, userId);
    return agent;
  }

  async myState(caller: Caller): Promise<StateDto> {
    const state = await this.agents.state(requireUser(caller));
    if (!state) throw Problem.notFound('agent');
    return state;
  }

  /** Every interval in a state is recorded, without gap or overlap; setting the present state changes nothing. */
  async setMyState(caller: Caller, state: AgentState): Promise<StateDto> {
    const userId = requireUser(caller);
    return this.database.transaction(async (tx) => {
      await this.agents.ensure(tx, userId);
      const present = await this.agents.lock(tx, userId);
      if (present?.state === state) return present;
      const changed = await this.agents.changeState(tx, userId, state);
      await this.events.record(tx, [
        {
          type: 'agent.state_changed',
          at: changed.since,
          audience: { agents: [userId], roles: ['supervisor', 'admin'] },
          data: { userId, state: changed.state, available: changed.available },
        },
      ]);
      this.routing.soonForAgent(tx, userId);
      return changed;
    });
  }
}
