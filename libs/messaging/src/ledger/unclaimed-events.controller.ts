import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, ApiProblems, PageQuery, type Page } from '#api-kit';
import { Allow } from '#identity';
import { UnclaimedEventsDto } from './ledger.dto.js';
import { Ledger } from './ledger.js';

@ApiTags('channels')
@Allow('admin', 'supervisor')
@Controller('v1/unclaimed-events')
export class UnclaimedEventsController {
  constructor(private readonly ledger: Ledger) {}

  @Get()
  @ApiOperation({
    operationId: 'listUnclaimedEvents',
    summary: 'Accounts that were no channel when something arrived for them, by messenger and account',
    description:
      'Authentic events of a Page or number that sends to our address and is no channel here: it was never connected, or is ' +
      'deleted. They are counted and answered 2xx, and nothing of them is kept. Connecting the account does not bring them ' +
      'back, and leaves its entry: `lastAt` says whether they still arrive.',
  })
  @ApiPage(UnclaimedEventsDto)
  @ApiProblems(400)
  listUnclaimedEvents(@Query() query: PageQuery): Promise<Page<UnclaimedEventsDto>> {
    return this.ledger.unclaimed(query);
  }
}
