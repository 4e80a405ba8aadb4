import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, type Page } from '#api-kit';
import { Allow } from '#identity';
import { RoutingRuleDto } from './routing-rules.dto.js';
import { type RoutingRuleName, routingRuleNames, ruleNamed, rulesThatOffer } from './routing-rules.js';

@ApiTags('queues')
@Controller('v1/routing-rules')
export class RoutingRulesController {
  @Get()
  @Allow('admin', 'supervisor', 'agent')
  @ApiOperation({ operationId: 'listRoutingRules', summary: 'List the routing rules a queue may have' })
  @ApiPage(RoutingRuleDto)
  listRoutingRules(): Page<RoutingRuleDto> {
    return { data: routingRuleNames.map(ruleDto), page: { next: null, prev: null } };
  }
}

function ruleDto(name: RoutingRuleName): RoutingRuleDto {
  return { name, description: ruleNamed(name).description, offers: rulesThatOffer.includes(name) };
}
