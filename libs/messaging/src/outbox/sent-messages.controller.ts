import { Body, Controller, Delete, HttpCode, Patch, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems, UuidParam } from '#api-kit';
import { Allow, CurrentCaller, ROLES, type Caller } from '#identity';
import { EditMessageBody, ReactionBody } from './message-changes.dto.js';
import { MessageStateDto } from './message-state.dto.js';
import { SentMessages } from './sent-messages.js';

const ASKED =
  'The messenger is asked first: 422 `not_supported` where it cannot do that, 409 `messenger_refused` with its reason, ' +
  '409 `message_busy` while somebody else is changing it, ' +
  '429 `messenger_busy`, 502 when it could not be reached or did not answer.';

@ApiTags('messages')
@Allow(...ROLES)
@Controller('v1/messages/:messageId')
export class SentMessagesController {
  constructor(private readonly sent: SentMessages) {}

  @Patch()
  @ApiOperation({
    operationId: 'editMessage',
    summary: 'Change the text of a message that was sent',
    description: ASKED,
  })
  @ApiOkResponse({ type: MessageStateDto })
  @ApiProblems(404, 409, 422, 429, 502)
  editMessage(
    @CurrentCaller() caller: Caller,
    @UuidParam('messageId') messageId: string,
    @Body() { text }: EditMessageBody,
  ): Promise<MessageStateDto> {
    return this.sent.edit(caller, messageId, text);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteMessage', summary: 'Take back a message that was sent', description: ASKED })
  @ApiNoContentResponse({ description: 'It is gone at the messenger, and its content here' })
  @ApiProblems(404, 409, 422, 429, 502)
  deleteMessage(@CurrentCaller() caller: Caller, @UuidParam('messageId') messageId: string): Promise<void> {
    return this.sent.delete(caller, messageId);
  }

  @Put('reaction')
  @HttpCode(204)
  @ApiOperation({ operationId: 'reactToMessage', summary: 'React to a message', description: ASKED })
  @ApiNoContentResponse({ description: 'It is our only reaction to the message now' })
  @ApiProblems(404, 409, 422, 429, 502)
  reactToMessage(
    @CurrentCaller() caller: Caller,
    @UuidParam('messageId') messageId: string,
    @Body() { emoji }: ReactionBody,
  ): Promise<void> {
    return this.sent.react(caller, messageId, emoji);
  }

  @Delete('reaction')
  @HttpCode(204)
  @ApiOperation({ operationId: 'takeBackReaction', summary: 'Take back our reaction to a message', description: ASKED })
  @ApiNoContentResponse({ description: 'There is no reaction of ours' })
  @ApiProblems(404, 409, 422, 429, 502)
  takeBackReaction(@CurrentCaller() caller: Caller, @UuidParam('messageId') messageId: string): Promise<void> {
    return this.sent.react(caller, messageId, undefined);
  }
}
