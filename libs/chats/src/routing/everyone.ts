import type { RoutingRule } from './routing-rule.js';

export class Everyone implements RoutingRule {
  readonly description = 'All available agents of the queue see a waiting chat, and the first to accept it gets it.';
}
