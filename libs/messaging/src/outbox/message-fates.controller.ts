import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { answerOnce, ApiProblems, IdempotencyKey, UuidParam } from '#api-kit';
import { Allow, CurrentCaller, ROLES, type Caller } from '#identity';
import { MessageFates } from './message-fates.js';
import { MessageStateDto, ResolveMessageBody } from './message-state.dto.js';

@ApiTags('messages')
@Allow(...ROLES)
@Controller('v1/messages/:messageId')
export class MessageFatesController {
  constructor(private readonly fates: MessageFates) {}

  @Post('retry')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'retryMessage',
    summary: 'Send a failed or expired message again',
    description: 'For the chat’s holder, supervisors and admins. 409 `not_failed` for any other message.',
  })
  @ApiOkResponse({ type: MessageStateDto, description: 'It is queued again' })
  @ApiProblems(404, 409)
  async retryMessage(
    @CurrentCaller() caller: Caller,
    @UuidParam('messageId') messageId: string,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MessageStateDto> {
    return answerOnce(reply, await this.fates.retry(caller, messageId, key));
  }

  @Post('resolve')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'resolveMessage',
    summary: 'Say what became of an unconfirmed message',
    description:
      '`sent`: it arrived, nothing is sent. `send_again`: it goes out once more, also at the risk of arriving twice. ' +
      '409 `not_unconfirmed` for any other message.',
  })
  @ApiOkResponse({ type: MessageStateDto })
  @ApiProblems(404, 409, 422)
  async resolveMessage(
    @CurrentCaller() caller: Caller,
    @UuidParam('messageId') messageId: string,
    @Body() { outcome }: ResolveMessageBody,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MessageStateDto> {
    return answerOnce(reply, await this.fates.resolve(caller, messageId, outcome, key));
  }
}
