import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '#identity';
import { HealthDto } from './health.dto.js';
import { Readiness } from './readiness.js';

@ApiTags('system')
@Controller('health')
@Public()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @ApiOperation({ summary: 'Is the process alive' })
  getLiveness(): HealthDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Can the server do its work: database reachable, not shutting down' })
  async getReadiness(): Promise<HealthDto> {
    await this.readiness.check();
    return { status: 'ok' };
  }
}
