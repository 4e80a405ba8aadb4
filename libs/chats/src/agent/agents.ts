import { Injectable } from '@nestjs/common';
import { encodeCursor, pageOf, Problem, type Page } from '#api-kit';
import { Database } from '#database';
import { audit, type Caller, holdCaller, requireUser } from '#identity';
import { idAfter } from '../id-cursor.js';
import { Routing } from '../routing/routing.js';
import type { AgentDto, StateDto } from './agent.dto.js';
import { type AgentFilter, AgentRepository } from './agent.repository.js';
import { StateChanges } from './state-changes.js';

/** Agents: their states, their load, their limits. */
@Injectable()
export class Agents {
  constructor(
    private readonly agents: AgentRepository,
    private readonly database: Database,
    private readonly changes: StateChanges,
    private readonly routing: Routing,
  ) {}

  async list(cursor: string | undefined, limit: number, filter: AgentFilter = {}): Promise<Page<AgentDto>> {
    const found = await this.agents.list(filter, idAfter(cursor), limit + 1);
    return pageOf(found, limit, ({ userId }) => encodeCursor([userId]));
  }

  /** A limit below the present load takes no chat away. */
  async setChatLimit(userId: string, chatLimit: number): Promise<AgentDto> {
    await this.require(userId);
    await this.database.transaction(async (tx) => {
      const before = await this.agents.setChatLimit(tx, userId, chatLimit);
      await audit(tx, {
        action: 'agent.updated',
        subjectId: userId,
        before: { chatLimit: before },
        after: { chatLimit },
      });
      this.routing.soonForAgent(tx, userId);
    });
    return this.require(userId);
  }

  async myState(caller: Caller): Promise<StateDto> {
    const state = await this.agents.state(requireUser(caller));
    if (!state) throw Problem.notFound('agent');
    return state;
  }

  /** Of somebody who is here: one whose session was ended meanwhile, on another node, is not made available by it. */
  async setMyState(caller: Caller, state: string): Promise<StateDto> {
    const userId = requireUser(caller);
    return this.database.transaction(async (tx) => {
      await holdCaller(tx, caller);
      return this.changes.change(tx, userId, state);
    });
  }

  /** For supervisors: of somebody who went home and forgot. */
  async setStateOf(userId: string, state: string): Promise<AgentDto> {
    await this.require(userId);
    await this.database.transaction((tx) => this.changes.changeForAgent(tx, userId, state));
    return this.require(userId);
  }

  private async require(userId: string): Promise<AgentDto> {
    const agent = await this.agents.get(userId);
    if (!agent) throw Problem.notFound('agent');
    return agent;
  }
}
