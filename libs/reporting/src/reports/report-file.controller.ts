import { Readable } from 'node:stream';
import { applyDecorators, Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { csvOf } from './csv.js';
import { CHATS_COLUMNS, LOAD_COLUMNS, STATES_COLUMNS } from './report-columns.js';
import { ChatsFileQuery, PeriodFileQuery } from './report.dto.js';
import { Reports } from './reports.js';

/** The same reports as files for spreadsheets. */
@ApiTags('reports')
@Controller('v1/reports')
@Allow('admin', 'supervisor', 'agent')
export class ReportFileController {
  constructor(private readonly reports: Reports) {}

  @Get('chats.csv')
  @ApiCsv(
    'downloadChatsReport',
    'Volumes and times of chats, as CSV',
    'period,id,name,opened,closed\r\n2026-11-22,,,120,118\r\n',
  )
  async downloadChatsReport(@CurrentCaller() caller: Caller, @Query() query: ChatsFileQuery): Promise<StreamableFile> {
    return fileOf('chats', csvOf(CHATS_COLUMNS, await this.reports.chats(caller, query), query));
  }

  @Get('load.csv')
  @ApiCsv('downloadLoadReport', 'How many chats agents took and held, as CSV', 'period,agentId,agentName,taken\r\n')
  async downloadLoadReport(@CurrentCaller() caller: Caller, @Query() query: PeriodFileQuery): Promise<StreamableFile> {
    return fileOf('load', csvOf(LOAD_COLUMNS, await this.reports.load(caller, query), query));
  }

  @Get('states.csv')
  @ApiCsv('downloadStatesReport', 'How long agents were in which state, as CSV', 'period,agentId,agentName,state\r\n')
  async downloadStatesReport(
    @CurrentCaller() caller: Caller,
    @Query() query: PeriodFileQuery,
  ): Promise<StreamableFile> {
    return fileOf('states', csvOf(STATES_COLUMNS, await this.reports.states(caller, query), query));
  }
}

function fileOf(name: string, pieces: Iterable<string>): StreamableFile {
  return new StreamableFile(Readable.from(pieces, { objectMode: false }), {
    type: 'text/csv; charset=utf-8; header=present',
    disposition: `attachment; filename="${name}.csv"`,
  });
}

function ApiCsv(operationId: string, summary: string, example: string): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId, summary }),
    ApiProduces('text/csv'),
    ApiOkResponse({
      description: 'RFC 4180. Texts a spreadsheet would take for a formula begin with an apostrophe',
      content: { 'text/csv': { schema: { type: 'string' }, example } },
    }),
    ApiProblems(422),
  );
}
