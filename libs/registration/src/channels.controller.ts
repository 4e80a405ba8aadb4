import { Body, Controller, Get, HttpCode, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { answerOnce, ApiPage, ApiProblems, IdempotencyKey, PageQuery, UuidParam } from '#api-kit';
import { Allow, type Caller, callerKey, CurrentCaller } from '#identity';
import { ChannelAdministration } from './channel-administration.js';
import { ChannelView, RegisterChannel, RegisteredChannel, UpdateChannel } from './channels.dto.js';
import { Registration } from './registration.js';

@ApiTags('channels')
@Controller('v1/channels')
export class ChannelsController {
  constructor(
    private readonly registration: Registration,
    private readonly administration: ChannelAdministration,
  ) {}

  @Post()
  @Allow('admin')
  @ApiOperation({
    operationId: 'registerChannel',
    summary: 'Connect an account of ours',
    description:
      'Repeating it for an account that is connected already repairs the channel and answers 200. Where the answer shows ' +
      '`secrets`, the same Idempotency-Key again is refused with 409 `already_done`.',
  })
  @ApiCreatedResponse({ type: RegisteredChannel, description: 'The new channel' })
  @ApiOkResponse({ type: RegisteredChannel, description: 'The repaired channel' })
  @ApiProblems(409, 422, 502)
  async registerChannel(
    @Body() order: RegisterChannel,
    @CurrentCaller() caller: Caller,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RegisteredChannel> {
    const request = { caller: callerKey(caller), route: 'POST /v1/channels', key, request: order };
    return answerOnce(reply, await this.registration.register(order, request));
  }

  @Get()
  @Allow('admin', 'supervisor')
  @ApiOperation({ operationId: 'listChannels', summary: 'List channels, newest first' })
  @ApiPage(ChannelView)
  listChannels(@Query() query: PageQuery) {
    return this.administration.list(query);
  }

  @Get(':channelId')
  @Allow('admin', 'supervisor')
  @ApiOperation({ operationId: 'getChannel', summary: 'Get one channel' })
  @ApiOkResponse({ type: ChannelView })
  getChannel(@UuidParam('channelId') channelId: string): Promise<ChannelView> {
    return this.administration.get(channelId);
  }

  @Patch(':channelId')
  @Allow('admin')
  @ApiOperation({ operationId: 'updateChannel', summary: 'Change a channel’s name, queue, language or activity' })
  @ApiOkResponse({ type: ChannelView })
  @ApiProblems(409, 422)
  updateChannel(@UuidParam('channelId') channelId: string, @Body() changes: UpdateChannel): Promise<ChannelView> {
    return this.administration.update(channelId, changes);
  }

  @Post(':channelId/activate')
  @HttpCode(200)
  @Allow('admin')
  @ApiOperation({ operationId: 'activateChannel', summary: 'Take what arrives on the channel' })
  @ApiOkResponse({ type: ChannelView })
  @ApiProblems(409)
  activateChannel(@UuidParam('channelId') channelId: string): Promise<ChannelView> {
    return this.administration.update(channelId, { active: true });
  }

  @Post(':channelId/deactivate')
  @HttpCode(200)
  @Allow('admin')
  @ApiOperation({ operationId: 'deactivateChannel', summary: 'Refuse, and count, what arrives on the channel' })
  @ApiOkResponse({ type: ChannelView })
  deactivateChannel(@UuidParam('channelId') channelId: string): Promise<ChannelView> {
    return this.administration.update(channelId, { active: false });
  }
}
