/** How a waiting chat finds its agent. */
export interface RoutingRule {
  /** Whether a waiting chat stands before all available agents of its queue at once, and the first to accept wins. */
  readonly showsWaitingToAll: boolean;
}

class Everyone implements RoutingRule {
  readonly showsWaitingToAll = true;
}

/** The routing rules there are: one class, one line. */
export const routingRules = {
  everyone: new Everyone(),
} satisfies Record<string, RoutingRule>;

export type RoutingRuleName = keyof typeof routingRules;

export const routingRuleNames = Object.keys(routingRules) as RoutingRuleName[];

/** Rules under which a waiting chat belongs to every available agent of its queue. */
export const rulesForEveryone = routingRuleNames.filter((name) => routingRules[name].showsWaitingToAll);
