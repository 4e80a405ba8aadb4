import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiOkResponse } from '@nestjs/swagger';
import { ApiProblems } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { ChatsReportDto, ChatsReportQuery, LoadReportDto, PeriodQuery, StatesReportDto } from './report.dto.js';
import { Reports } from './reports.js';

@ApiTags('reports')
@Controller('v1/reports')
@Allow('admin', 'supervisor', 'agent')
export class ReportController {
  constructor(private readonly reports: Reports) {}

  @Get('chats')
  @ApiOperation({
    operationId: 'reportChats',
    summary: 'Volumes and times of chats',
    description:
      'Opened chats count on the day they were opened, everything else on the day the chat was closed. A period at the ' +
      'edge of the days asked for counts these days only. Agents hear about the chats they held last.',
  })
  @ApiOkResponse({ type: ChatsReportDto })
  @ApiProblems(422)
  async reportChats(@CurrentCaller() caller: Caller, @Query() query: ChatsReportQuery): Promise<ChatsReportDto> {
    return { data: await this.reports.chats(caller, query) };
  }

  @Get('load')
  @ApiOperation({ operationId: 'reportLoad', summary: 'How many chats agents took and held' })
  @ApiOkResponse({ type: LoadReportDto })
  @ApiProblems(422)
  async reportLoad(@CurrentCaller() caller: Caller, @Query() query: PeriodQuery): Promise<LoadReportDto> {
    return { data: await this.reports.load(caller, query) };
  }

  @Get('states')
  @ApiOperation({ operationId: 'reportStates', summary: 'How long agents were in which state' })
  @ApiOkResponse({ type: StatesReportDto })
  @ApiProblems(422)
  async reportStates(@CurrentCaller() caller: Caller, @Query() query: PeriodQuery): Promise<StatesReportDto> {
    return { data: await this.reports.states(caller, query) };
  }
}
