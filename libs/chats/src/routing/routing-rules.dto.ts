import { ApiProperty } from '@nestjs/swagger';
import { type RoutingRuleName, routingRuleNames } from './routing-rules.js';

/** A way for waiting chats to find their agents. */
export class RoutingRuleDto {
  @ApiProperty({ enum: routingRuleNames, example: 'least_busy' })
  name: RoutingRuleName;
  /** @example "Waiting chats are offered in turn: to the available agent whom the queue has asked least recently." */
  description: string;
  /** Whether it offers a chat to one agent at a time; else all available agents of the queue see it */
  offers: boolean;
}
