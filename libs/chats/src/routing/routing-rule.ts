/** An agent of the queue who is available and has room, as far as rules weigh it. Times are microseconds since 1970. */
export interface FreeAgent {
  readonly id: string;
  readonly openChats: number;
  /** Chats that stand before this agent only. */
  readonly offeredChats: number;
  readonly lastAcceptAt: number | null;
  /** When this queue last offered the agent a chat. */
  readonly lastOfferAt: number | null;
}

export interface RankedAgent {
  readonly id: string;
  /** Why here in the order, in words that go on after the agent's name: “holds 2 open chats”. */
  readonly reason: string;
}

/** How a waiting chat finds its agent. */
export interface RoutingRule {
  /** One line for whoever chooses among the rules. */
  readonly description: string;
  /**
   * Whom to ask first, second and so on, one after the other. A rule without it asks nobody: a waiting chat stands before
   * all available agents of its queue at once, and the first to accept wins.
   */
  readonly rank?: (free: readonly FreeAgent[]) => RankedAgent[];
}

/** The smaller key first, of equals by the next key, at last by id: an order is never left open. */
export function inOrder(free: readonly FreeAgent[], ...keys: ((agent: FreeAgent) => number)[]): FreeAgent[] {
  return [...free].sort((a, b) => {
    for (const key of keys) if (key(a) !== key(b)) return key(a) - key(b);
    return a.id < b.id ? -1 : 1;
  });
}

export function chats(number: number): string {
  return number === 1 ? '1 chat' : `${number} chats`;
}
