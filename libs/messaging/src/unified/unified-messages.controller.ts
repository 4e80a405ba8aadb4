import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '#api-kit';
import { Allow } from '#identity';
import { MessageManager } from '../message-manager.js';
import { ReceivedMessageDto, ReceiveMessageBody } from './unified-message.dto.js';

@ApiTags('messages')
@Allow('admin')
@Controller('v1/messages')
export class UnifiedMessagesController {
  constructor(private readonly manager: MessageManager) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'receiveMessage',
    summary: 'Hand in a message that somebody wrote to a channel',
    description:
      'For programs that receive for a channel of ours, with an API key of role `admin`: what they hand in is shown as ' +
      'written by the customer. Answered after the commit. No Idempotency-Key is needed: the same `externalId` on the ' +
      'same channel is the same message.',
  })
  @ApiOkResponse({ type: ReceivedMessageDto, description: 'What became of it' })
  @ApiProblems(422, 503)
  receiveMessage(@Body() body: ReceiveMessageBody): Promise<ReceivedMessageDto> {
    return this.manager.receiveUnified(body);
  }
}
