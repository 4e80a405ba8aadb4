import { Body, Controller, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { answerOnce, ApiProblems, IdempotencyKey, UuidParam } from '#api-kit';
import { Allow, CurrentCaller, ROLES, type Caller } from '#identity';
import { MessageManager } from './message-manager.js';
import { QueuedAnswerDto, SendMessageBody } from './message.dto.js';

@ApiTags('messages')
@Allow(...ROLES)
@Controller('v1/chats/:chatId/messages')
export class MessagesController {
  constructor(private readonly manager: MessageManager) {}

  @Post()
  @ApiOperation({ operationId: 'sendMessage', summary: 'Answer in a chat' })
  @ApiCreatedResponse({ type: QueuedAnswerDto, description: 'Accepted: the message is queued and will be delivered' })
  @ApiProblems(404, 409, 422)
  async sendMessage(
    @CurrentCaller() caller: Caller,
    @UuidParam('chatId') chatId: string,
    @Body() body: SendMessageBody,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<QueuedAnswerDto> {
    return answerOnce(reply, await this.manager.send(caller, chatId, body, key));
  }
}
