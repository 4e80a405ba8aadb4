import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { answerOnce, ApiProblems, IdempotencyKey, UuidParam } from '#api-kit';
import { Allow, type Caller, callerKey, CurrentCaller } from '#identity';
import { RotatedChannel, RotateSecret } from './rotation.dto.js';
import { SecretRotation } from './secret-rotation.js';

@ApiTags('channels')
@Controller('v1/channels/:channelId')
export class RotationController {
  constructor(private readonly rotation: SecretRotation) {}

  @Post('secret')
  @HttpCode(200)
  @Allow('admin')
  @ApiOperation({
    operationId: 'rotateChannelSecret',
    summary: 'Give a channel’s webhook a new secret, dropping nothing',
    description:
      'The messenger is told where it can be. Calls under the old secret are taken for `keepOldHours` more, or until the next ' +
      'change. 409 `secret_in_settings`, `secret_of_messenger` or `not_called` where the channel has no secret of its own. Where the answer shows ' +
      '`secrets`, the same Idempotency-Key again is refused with 409 `already_done`.',
  })
  @ApiOkResponse({ type: RotatedChannel })
  @ApiProblems(404, 409, 422, 502)
  async rotateChannelSecret(
    @UuidParam('channelId') channelId: string,
    @Body() order: RotateSecret,
    @CurrentCaller() caller: Caller,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RotatedChannel> {
    const route = `POST /v1/channels/${channelId}/secret`;
    const request = { caller: callerKey(caller), route, key, request: order };
    return answerOnce(reply, await this.rotation.rotate(channelId, order.keepOldHours ?? 24, request));
  }
}
