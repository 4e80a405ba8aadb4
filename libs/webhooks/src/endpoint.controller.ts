import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, IdempotencyKey, PageQuery, UuidParam } from '#api-kit';
import { Allow, CurrentCaller, type Caller } from '#identity';
import { CreateEndpointDto, EndpointDto, NewEndpointDto, UpdateEndpointDto } from './endpoint.dto.js';
import { Endpoints } from './endpoints.js';

@ApiTags('webhook endpoints')
@Controller('v1/webhook-endpoints')
@Allow('admin')
export class EndpointController {
  constructor(private readonly endpoints: Endpoints) {}

  @Post()
  @ApiOperation({
    operationId: 'createWebhookEndpoint',
    summary: 'Have events delivered to an address',
    description:
      'By the rules of Standard Webhooks: at least once, in no promised order, with the same `webhook-id` at every attempt, ' +
      'again after seconds up to three days unless answered 2xx. 410 ends it. The secret is in this answer only.',
  })
  createWebhookEndpoint(
    @CurrentCaller() caller: Caller,
    @IdempotencyKey() key: string | undefined,
    @Body() endpoint: CreateEndpointDto,
  ): Promise<NewEndpointDto> {
    return this.endpoints.create(caller, key, endpoint);
  }

  @Get()
  @ApiOperation({ operationId: 'listWebhookEndpoints', summary: 'List webhook endpoints, oldest first' })
  @ApiPage(EndpointDto)
  listWebhookEndpoints(@Query() query: PageQuery) {
    return this.endpoints.list(query);
  }

  @Get(':endpointId')
  @ApiOperation({ operationId: 'getWebhookEndpoint', summary: 'One webhook endpoint' })
  getWebhookEndpoint(@UuidParam('endpointId') endpointId: string): Promise<EndpointDto> {
    return this.endpoints.get(endpointId);
  }

  @Patch(':endpointId')
  @ApiOperation({ operationId: 'updateWebhookEndpoint', summary: 'Change, pause or resume a webhook endpoint' })
  @ApiOkResponse({ type: EndpointDto })
  updateWebhookEndpoint(
    @UuidParam('endpointId') endpointId: string,
    @Body() change: UpdateEndpointDto,
  ): Promise<EndpointDto> {
    return this.endpoints.update(endpointId, change);
  }

  @Delete(':endpointId')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteWebhookEndpoint', summary: 'Delete a webhook endpoint and its log' })
  deleteWebhookEndpoint(@UuidParam('endpointId') endpointId: string): Promise<void> {
    return this.endpoints.delete(endpointId);
  }

  @Post(':endpointId/secret')
  @ApiOperation({
    operationId: 'rotateWebhookSecret',
    summary: 'Give a webhook endpoint a new secret',
    description: 'For 24 hours everything is signed with both. The new secret is in this answer only.',
  })
  rotateWebhookSecret(
    @CurrentCaller() caller: Caller,
    @IdempotencyKey() key: string | undefined,
    @UuidParam('endpointId') endpointId: string,
  ): Promise<NewEndpointDto> {
    return this.endpoints.rotateSecret(caller, key, endpointId);
  }
}
