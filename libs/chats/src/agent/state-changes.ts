import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import type { Tx } from '#database';
import { EventLog } from '#events';
import { audit, Departures, holdUser } from '#identity';
import { Routing } from '../routing/routing.js';
import type { StateDto } from './agent.dto.js';
import { AgentRepository } from './agent.repository.js';
import { AgentStateRepository } from './agent-state.repository.js';
import { INACTIVE } from './state.js';

/** Agents enter states. Every interval is recorded, without gap or overlap; entering the present state changes nothing. */
@Injectable()
export class StateChanges extends Departures {
  constructor(
    private readonly agents: AgentRepository,
    private readonly states: AgentStateRepository,
    private readonly events: EventLog,
    private readonly routing: Routing,
  ) {
    super();
  }

  /** Problem 422 where there is no such state, 404 for who was deactivated a moment ago. */
  async change(tx: Tx, userId: string, state: string): Promise<StateDto> {
    const { now } = await this.move(tx, userId, state);
    return { state: now.state, available: now.available, since: now.since };
  }

  /** The same where it is somebody else's doing: that is written down. */
  async changeForAgent(tx: Tx, userId: string, state: string): Promise<void> {
    const { before, now } = await this.move(tx, userId, state);
    await audit(tx, {
      action: 'agent.state_set',
      subjectId: userId,
      before: { state: before.state },
      after: { state: now.state },
    });
  }

  /** Begins an interval in the state for each of these agents, whose rows are locked. */
  async enter(tx: Tx, userIds: readonly string[], state: string): Promise<StateDto[]> {
    const changed = await this.agents.changeStates(tx, userIds, state);
    await this.events.record(
      tx,
      changed.map(({ userId, state: now, available, since }) => ({
        type: 'agent.state_changed',
        at: since,
        audience: { agents: [userId], roles: ['supervisor', 'admin'] },
        data: { userId, state: now, available },
      })),
    );
    this.routing.soonForAgent(tx, ...userIds);
    return changed;
  }

  /** Whoever signs out or is deactivated keeps their chats and gets no new ones. */
  async left(tx: Tx, userId: string): Promise<void> {
    const present = await this.agents.lock(tx, userId);
    if (present && present.state !== INACTIVE) await this.enter(tx, [userId], INACTIVE);
  }

  private async move(tx: Tx, userId: string, state: string): Promise<{ before: StateDto; now: StateDto }> {
    if (!(await this.states.hold(tx, state))) throw unknown(state);
    if (!(await holdUser(tx, userId))) throw Problem.notFound('agent');
    await this.agents.ensure(tx, userId);
    const before = await this.agents.lock(tx, userId);
    if (!before) throw new Error(`${userId} is no agent`);
    if (before.state === state) return { before, now: before };
    const [now] = await this.enter(tx, [userId], state);
    return { before, now: now! };
  }
}

function unknown(state: string): Problem {
  return Problem.unknown('state', '#/state', `There is no state “${state}”.`);
}
