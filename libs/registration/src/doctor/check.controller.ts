import { Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, ApiProblems, PageQuery, UuidParam } from '#api-kit';
import { Allow } from '#identity';
import { ChannelCheck, CheckQuery, HealthEntry } from './check.dto.js';
import { Doctor } from './doctor.js';

@ApiTags('channels')
@Controller('v1/channels/:channelId')
export class CheckController {
  constructor(private readonly doctor: Doctor) {}

  @Post('check')
  @HttpCode(200)
  @Allow('admin')
  @ApiOperation({
    operationId: 'checkChannel',
    summary: 'Look at a channel from all sides, and repair it if wished',
    description: 'The same is done for every channel in use once an hour, with harmless repairs.',
  })
  @ApiOkResponse({ type: ChannelCheck })
  @ApiProblems(404, 409, 422, 502)
  checkChannel(@UuidParam('channelId') channelId: string, @Query() query: CheckQuery): Promise<ChannelCheck> {
    return this.doctor.check(channelId, { repair: query.repair === 'true', takeOver: query.takeOver === 'true' });
  }

  @Get('health')
  @Allow('admin', 'supervisor')
  @ApiOperation({ operationId: 'getChannelHealth', summary: 'What checks of a channel found, newest first' })
  @ApiPage(HealthEntry)
  @ApiProblems(404)
  getChannelHealth(@UuidParam('channelId') channelId: string, @Query() query: PageQuery) {
    return this.doctor.history(channelId, query);
  }
}
