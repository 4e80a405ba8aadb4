import { Everyone } from './everyone.js';
import { LeastBusy } from './least-busy.js';
import { RoundRobin } from './round-robin.js';
import type { RoutingRule } from './routing-rule.js';

/** The routing rules there are: one class, one line. */
export const routingRules = {
  everyone: new Everyone(),
  least_busy: new LeastBusy(),
  round_robin: new RoundRobin(),
} satisfies Record<string, RoutingRule>;

export type RoutingRuleName = keyof typeof routingRules;

export const routingRuleNames = Object.keys(routingRules) as RoutingRuleName[];

export function ruleNamed(name: RoutingRuleName): RoutingRule {
  return routingRules[name];
}

/** Rules under which a waiting chat stands before one agent at a time. */
export const rulesThatOffer = routingRuleNames.filter((name) => ruleNamed(name).rank);

/** Rules under which a waiting chat stands before every available agent of its queue. */
export const rulesForEveryone = routingRuleNames.filter((name) => !ruleNamed(name).rank);
