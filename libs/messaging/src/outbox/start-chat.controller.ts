import { Body, Controller, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { answerOnce, ApiProblems, IdempotencyKey } from '#api-kit';
import { Allow, CurrentCaller, ROLES, type Caller } from '#identity';
import { StartChat } from './start-chat.js';
import { StartChatBody, StartedChatDto } from './start-chat.dto.js';

@ApiTags('chats')
@Allow(...ROLES)
@Controller('v1/chats')
export class StartChatController {
  constructor(private readonly start: StartChat) {}

  @Post()
  @ApiOperation({
    operationId: 'startChat',
    summary: 'Write to a known contact first',
    description:
      'The chat is mine at once and counts against my limits. Agents write to contacts they may see, supervisors and ' +
      'admins to all. 409: `send_not_allowed` where the messenger’s rules forbid it now, `chat_open` with the `chat` and ' +
      'its `holder` as far as I may see them, `limit_reached`, `agent_inactive`, `channel_inactive`; then nothing is kept.',
  })
  @ApiCreatedResponse({ type: StartedChatDto, description: 'The chat is open, and its first message is queued' })
  @ApiProblems(404, 409, 422)
  async startChat(
    @CurrentCaller() caller: Caller,
    @Body() body: StartChatBody,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StartedChatDto> {
    return answerOnce(reply, await this.start.startChat(caller, body, key));
  }
}
