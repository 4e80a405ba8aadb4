import { Body, Controller, Get, Patch, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, ApiProblems, UuidParam } from '#api-kit';
import { Allow } from '#identity';
import { AgentDto, AgentQuery, SetStateDto, UpdateAgentDto } from './agent.dto.js';
import { Agents } from './agents.js';

@ApiTags('agents')
@Controller('v1/agents')
export class AgentController {
  constructor(private readonly agents: Agents) {}

  @Get()
  @Allow('admin', 'supervisor', 'agent')
  @ApiOperation({ operationId: 'listAgents', summary: 'List the agents with state, load and limit' })
  @ApiPage(AgentDto)
  listAgents(@Query() query: AgentQuery) {
    return this.agents.list(query.cursor, query.limit, query);
  }

  @Patch(':userId')
  @Allow('admin', 'supervisor')
  @ApiOperation({
    operationId: 'updateAgent',
    summary: 'Change how many open chats an agent may hold',
    description: 'A limit below the present load takes no chat away; it only lets no new one come.',
  })
  @ApiOkResponse({ type: AgentDto })
  @ApiProblems(422)
  updateAgent(@UuidParam('userId') userId: string, @Body() wish: UpdateAgentDto): Promise<AgentDto> {
    return this.agents.setChatLimit(userId, wish.chatLimit);
  }

  @Put(':userId/state')
  @Allow('admin', 'supervisor')
  @ApiOperation({
    operationId: 'setAgentState',
    summary: 'Set an agent’s state',
    description: 'For somebody who went home and forgot. They keep their chats.',
  })
  @ApiOkResponse({ type: AgentDto })
  @ApiProblems(422)
  setAgentState(@UuidParam('userId') userId: string, @Body() wish: SetStateDto): Promise<AgentDto> {
    return this.agents.setStateOf(userId, wish.state);
  }
}
