import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Allow } from '#identity';
import { type RoutingRuleName, routingRuleNames, ruleNamed, rulesThatOffer } from './routing-rules.js';

class RoutingRuleDto {
  @ApiProperty({ enum: routingRuleNames, example: 'least_busy' })
  name: RoutingRuleName;
  /** @example "Waiting chats are offered in turn: to the available agent whom the queue has asked least recently." */
  description: string;
  /** Whether it offers a chat to one agent at a time; else all available agents of the queue see it */
  offers: boolean;
}

class RoutingRulesDto {
  data: RoutingRuleDto[];
}

@ApiTags('queues')
@Controller('v1/routing-rules')
export class RoutingRulesController {
  @Get()
  @Allow('admin', 'supervisor', 'agent')
  @ApiOperation({ operationId: 'listRoutingRules', summary: 'List the routing rules a queue may have' })
  @ApiOkResponse({ type: RoutingRulesDto })
  listRoutingRules(): RoutingRulesDto {
    return { data: routingRuleNames.map(ruleDto) };
  }
}

function ruleDto(name: RoutingRuleName): RoutingRuleDto {
  return { name, description: ruleNamed(name).description, offers: rulesThatOffer.includes(name) };
}
