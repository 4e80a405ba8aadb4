import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { SetStateDto, StateDto } from './agent.dto.js';
import { Agents } from './agents.js';

@ApiTags('agents')
@Controller('v1/me/state')
export class MyStateController {
  constructor(private readonly agents: Agents) {}

  @Get()
  @Allow('admin', 'supervisor', 'agent')
  @ApiOperation({ operationId: 'getMyState', summary: 'My state' })
  @ApiOkResponse({ type: StateDto })
  getMyState(@CurrentCaller() caller: Caller): Promise<StateDto> {
    return this.agents.myState(caller);
  }

  @Put()
  @Allow('admin', 'supervisor', 'agent')
  @ApiOperation({ operationId: 'setMyState', summary: 'Set my state' })
  @ApiOkResponse({ type: StateDto })
  @ApiProblems(422)
  setMyState(@CurrentCaller() caller: Caller, @Body() wish: SetStateDto): Promise<StateDto> {
    return this.agents.setMyState(caller, wish.state);
  }
}
