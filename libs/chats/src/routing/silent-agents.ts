import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { EventLog } from '#events';
import { AgentRepository } from '../agent/agent.repository.js';
import { Routing } from './routing.js';

/** Agents who gave no answer to an offer, where their queue wants them inactive. */
@Injectable()
export class SilentAgents {
  constructor(
    private readonly agents: AgentRepository,
    private readonly events: EventLog,
    private readonly routing: Routing,
  ) {}

  /** In the transaction that ends the offer, after its chats are locked. Their other queues are routed anew. */
  async setInactive(tx: Tx, userIds: ReadonlySet<string>): Promise<void> {
    for (const userId of [...userIds].sort()) {
      const present = await this.agents.lock(tx, userId);
      if (!present?.available) continue;
      const changed = await this.agents.changeState(tx, userId, 'inactive');
      await this.events.record(tx, [
        {
          type: 'agent.state_changed',
          at: changed.since,
          audience: { agents: [userId], roles: ['supervisor', 'admin'] },
          data: { userId, state: changed.state, available: changed.available },
        },
      ]);
      this.routing.soonForAgent(tx, userId);
    }
  }
}
