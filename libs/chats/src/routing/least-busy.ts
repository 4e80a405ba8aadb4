import { type FreeAgent, chats, inOrder, type RankedAgent, type RoutingRule } from './routing-rule.js';

export class LeastBusy implements RoutingRule {
  readonly description =
    'A waiting chat is offered to the available agent with the fewest chats, open and offered; among equals to the one ' +
    'whose last accept is longest ago.';

  rank(free: readonly FreeAgent[]): RankedAgent[] {
    const order = inOrder(free, load, ({ lastAcceptAt }) => lastAcceptAt ?? 0);
    return order.map((agent) => ({ id: agent.id, reason: reasonFor(agent) }));
  }
}

function load({ openChats, offeredChats }: FreeAgent): number {
  return openChats + offeredChats;
}

function reasonFor({ openChats, offeredChats }: FreeAgent): string {
  return offeredChats > 0 ? `holds ${chats(openChats)} and is offered ${offeredChats}` : `holds ${chats(openChats)}`;
}
