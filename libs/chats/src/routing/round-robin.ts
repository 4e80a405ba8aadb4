import { type FreeAgent, inOrder, type RankedAgent, type RoutingRule } from './routing-rule.js';

export class RoundRobin implements RoutingRule {
  readonly description =
    'Waiting chats are offered in turn: to the available agent whom the queue has asked least recently.';

  rank(free: readonly FreeAgent[]): RankedAgent[] {
    const order = inOrder(free, ({ lastOfferAt }) => lastOfferAt ?? 0);
    return order.map(({ id, lastOfferAt }) => ({ id, reason: reasonFor(lastOfferAt) }));
  }
}

function reasonFor(lastOfferAt: number | null): string {
  if (lastOfferAt === null) return 'was never asked in this queue';
  return `was last asked at ${new Date(lastOfferAt / 1000).toISOString()}`;
}
