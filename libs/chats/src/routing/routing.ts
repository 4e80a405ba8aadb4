import { Injectable } from '@nestjs/common';
import { afterCommit, Database, type Tx } from '#database';

/** What was asked for since the last round. */
export interface Wishes {
  readonly queueIds: readonly string[];
  readonly agentIds: readonly string[];
}

/**
 * Asks for routing after something changed: a chat came to wait, an agent got room or lost it. Costs whoever asks an
 * entry in a set; what is asked for meanwhile is done together. A hint: what is lost with its process the regular look
 * finds, since what is to be routed stands in the database.
 */
@Injectable()
export class Routing {
  private readonly queues = new Set<string>();
  private readonly agents = new Set<string>();
  private listener: (() => void) | undefined;

  /** Routes these queues' waiting chats, soon after `door` is committed. */
  soon(door: Tx | Database, ...queueIds: readonly string[]): void {
    this.after(door, () => {
      for (const id of queueIds) this.queues.add(id);
    });
  }

  /** The same for all queues of an agent whose state, load or limit changed. */
  soonForAgent(door: Tx | Database, ...userIds: readonly string[]): void {
    this.after(door, () => {
      for (const id of userIds) this.agents.add(id);
    });
  }

  /** Who does the routing on this node. */
  onWish(listener: (() => void) | undefined): void {
    this.listener = listener;
  }

  /** What is asked for now; it is taken with that. */
  take(): Wishes | undefined {
    if (this.queues.size + this.agents.size === 0) return undefined;
    const wishes = { queueIds: [...this.queues], agentIds: [...this.agents] };
    this.queues.clear();
    this.agents.clear();
    return wishes;
  }

  private after(door: Tx | Database, wish: () => void): void {
    const ask = () => {
      wish();
      this.listener?.();
    };
    if (door instanceof Database) ask();
    else afterCommit(door, ask);
  }
}
