import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, ApiProblems, PageQuery, UuidParam, type Page } from '#api-kit';
import { Allow } from '#identity';
import { LedgerBalanceDto, QuarantinedEventDto } from './ledger.dto.js';
import { Ledger } from './ledger.js';

@ApiTags('channels')
@Allow('admin', 'supervisor')
@Controller('v1/channels/:channelId')
export class LedgerController {
  constructor(private readonly ledger: Ledger) {}

  @Get('ledger')
  @ApiOperation({ operationId: 'getLedgerBalance', summary: 'What became of every event the channel received' })
  @ApiOkResponse({ type: LedgerBalanceDto })
  @ApiProblems(404)
  getLedgerBalance(@UuidParam('channelId') channelId: string): Promise<LedgerBalanceDto> {
    return this.ledger.balance(channelId);
  }

  @Get('quarantine')
  @ApiOperation({ operationId: 'getQuarantine', summary: 'Events that could not be stored, newest first' })
  @ApiPage(QuarantinedEventDto)
  @ApiProblems(400, 404)
  getQuarantine(
    @UuidParam('channelId') channelId: string,
    @Query() query: PageQuery,
  ): Promise<Page<QuarantinedEventDto>> {
    return this.ledger.quarantine(channelId, query);
  }
}
