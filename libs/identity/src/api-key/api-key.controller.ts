import { Body, Controller, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, IdempotencyKey, PageQuery, UuidParam, type Page } from '#api-kit';
import { Allow } from '../access/access.js';
import { CurrentCaller, type Caller } from '../access/caller.js';
import { ApiKeyDto, CreateApiKeyDto, NewApiKeyDto } from './api-key.dto.js';
import { ApiKeys } from './api-keys.js';

@ApiTags('users')
@Controller('v1/api-keys')
@Allow('admin')
export class ApiKeyController {
  constructor(private readonly keys: ApiKeys) {}

  @Post()
  @ApiOperation({
    summary: 'Create an API key',
    description:
      'The whole key is shown only in this answer; repeating the request with its Idempotency-Key answers 409.',
  })
  createApiKey(
    @Body() key: CreateApiKeyDto,
    @CurrentCaller() caller: Caller,
    @IdempotencyKey() idempotencyKey: string | undefined,
  ): Promise<NewApiKeyDto> {
    return this.keys.create(key, caller, idempotencyKey);
  }

  @Get()
  @ApiOperation({ summary: 'List API keys, newest first' })
  @ApiPage(ApiKeyDto)
  listApiKeys(@Query() query: PageQuery): Promise<Page<ApiKeyDto>> {
    return this.keys.page(query);
  }

  @Delete(':apiKeyId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke an API key', description: 'It stops working within 5 seconds.' })
  revokeApiKey(@UuidParam('apiKeyId') apiKeyId: string): Promise<void> {
    return this.keys.revoke(apiKeyId);
  }
}
