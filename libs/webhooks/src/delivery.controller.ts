import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, UuidParam } from '#api-kit';
import { Allow } from '#identity';
import { Deliveries } from './deliveries.js';
import { DeliveryDto, DeliveryQuery, ReplayDto } from './delivery.dto.js';

@ApiTags('webhook endpoints')
@Controller('v1/webhook-endpoints/:endpointId')
@Allow('admin')
export class DeliveryController {
  constructor(private readonly deliveries: Deliveries) {}

  @Get('deliveries')
  @ApiOperation({ operationId: 'listWebhookDeliveries', summary: 'What was delivered to an endpoint, newest first' })
  @ApiPage(DeliveryDto)
  listWebhookDeliveries(@UuidParam('endpointId') endpointId: string, @Query() query: DeliveryQuery) {
    return this.deliveries.list(endpointId, query);
  }

  @Post('deliveries/:deliveryId/replay')
  @HttpCode(202)
  @ApiOperation({ operationId: 'replayWebhookDelivery', summary: 'Deliver once more, with the same id' })
  replayWebhookDelivery(
    @UuidParam('endpointId') endpointId: string,
    @UuidParam('deliveryId') deliveryId: string,
  ): Promise<DeliveryDto> {
    return this.deliveries.replay(endpointId, deliveryId);
  }

  @Post('replay')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'replayWebhookEvents',
    summary: 'Deliver all events of a time once more',
    description:
      'Also those that were never delivered, as while the endpoint was paused; as far back as events are kept.',
  })
  replayWebhookEvents(@UuidParam('endpointId') endpointId: string, @Body() range: ReplayDto): Promise<void> {
    return this.deliveries.replayRange(endpointId, range);
  }

  @Post('test')
  @HttpCode(202)
  @ApiOperation({ operationId: 'testWebhookEndpoint', summary: 'Deliver a `webhook.test` event' })
  testWebhookEndpoint(@UuidParam('endpointId') endpointId: string): Promise<DeliveryDto> {
    return this.deliveries.test(endpointId);
  }
}
