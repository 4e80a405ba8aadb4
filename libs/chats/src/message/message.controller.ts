import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, ApiProblems, PageQuery, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { Conversation } from './conversation.js';
import { ConversationMessageDto, MessageDto } from './message.dto.js';
import { MessageQuery } from './message-query.dto.js';

@ApiTags('chats')
@Controller('v1/chats/:chatId')
@Allow('admin', 'supervisor', 'agent')
export class MessageController {
  constructor(private readonly conversation: Conversation) {}

  @Get('conversation')
  @ApiOperation({
    operationId: 'getConversation',
    summary: 'The messages of a chat and of the contact’s chats before it, ready for display',
    description:
      'Newest page first, `page.next` leads to earlier messages, at the chat’s beginning on to the contact’s chats before it ' +
      '(on every channel, as far as the caller may see them). Within a page in the order to show: chat by chat, oldest ' +
      'first by the messenger’s time. System lines are included.',
  })
  @ApiPage(ConversationMessageDto)
  getConversation(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string, @Query() query: PageQuery) {
    return this.conversation.getConversation(caller, chatId, query);
  }

  @Get('messages')
  @ApiOperation({
    operationId: 'getMessagesByChatId',
    summary: 'The messages of a chat as unified messages, by seq',
    description:
      'Ascending from the beginning, from `after`, up to `before`, or on both sides of `around`. `page.next` leads to later ' +
      'messages.',
  })
  @ApiPage(MessageDto)
  @ApiProblems(422)
  getMessagesByChatId(
    @CurrentCaller() caller: Caller,
    @UuidParam('chatId') chatId: string,
    @Query() query: MessageQuery,
  ) {
    return this.conversation.getMessagesByChatId(caller, chatId, query);
  }
}
