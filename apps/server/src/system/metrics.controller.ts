import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { collectDefaultMetrics, type Registry } from 'prom-client';
import { METRICS } from '#api-kit';
import { Public } from '#identity';

@ApiTags('system')
@Controller('metrics')
@Public()
export class MetricsController {
  constructor(@Inject(METRICS) private readonly registry: Registry) {
    collectDefaultMetrics({ register: registry });
  }

  @Get()
  @ApiOperation({ summary: 'Metrics in Prometheus format' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string', example: 'process_cpu_seconds_total 1.5' } })
  async getMetrics(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.type(this.registry.contentType);
    return this.registry.metrics();
  }
}
