import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { answerOnce, ApiPage, ApiProblems, IdempotencyKey } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { AgentStateDto, CreateAgentStateDto, UpdateAgentStateDto } from './agent-state.dto.js';
import { AgentStates } from './agent-states.js';

@ApiTags('agents')
@Controller('v1/agent-states')
export class AgentStateController {
  constructor(private readonly states: AgentStates) {}

  @Get()
  @Allow('admin', 'supervisor', 'agent')
  @ApiOperation({ operationId: 'listAgentStates', summary: 'List the states agents choose from' })
  @ApiPage(AgentStateDto)
  listAgentStates() {
    return this.states.list();
  }

  @Post()
  @Allow('admin')
  @ApiOperation({ operationId: 'createAgentState', summary: 'Add a state, such as a break' })
  @ApiCreatedResponse({ type: AgentStateDto })
  @ApiProblems(409, 422)
  async createAgentState(
    @CurrentCaller() caller: Caller,
    @Body() wish: CreateAgentStateDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AgentStateDto> {
    return answerOnce(reply, await this.states.create(caller, key, wish));
  }

  @Patch(':stateKey')
  @Allow('admin')
  @ApiOperation({
    operationId: 'updateAgentState',
    summary: 'Change a state’s name, or whether it means available',
    description: '409 `state_built_in` for `active` and `inactive`.',
  })
  @ApiParam({ name: 'stateKey', example: 'lunch' })
  @ApiOkResponse({ type: AgentStateDto })
  @ApiProblems(409, 422)
  updateAgentState(@Param('stateKey') stateKey: string, @Body() wish: UpdateAgentStateDto): Promise<AgentStateDto> {
    return this.states.update(stateKey, wish);
  }

  @Delete(':stateKey')
  @HttpCode(204)
  @Allow('admin')
  @ApiOperation({
    operationId: 'deleteAgentState',
    summary: 'Delete a state nobody is in',
    description: '409 `state_in_use` while an agent is in it. Reports keep what was recorded of it.',
  })
  @ApiParam({ name: 'stateKey', example: 'lunch' })
  @ApiProblems(409)
  deleteAgentState(@Param('stateKey') stateKey: string): Promise<void> {
    return this.states.delete(stateKey);
  }
}
