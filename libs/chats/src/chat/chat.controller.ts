import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, ApiProblems, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { AcceptChat } from './accept-chat.js';
import { ChatDto } from './chat.dto.js';
import { ChatList } from './chat-list.js';
import { ChatQuery } from './chat-query.dto.js';
import { ChatViews } from './chat-views.js';
import { CloseChat } from './close-chat.js';
import { MarkChatAsRead } from './mark-chat-as-read.js';
import { MarkChatAsReadDto } from './read.dto.js';

@ApiTags('chats')
@Controller('v1/chats')
@Allow('admin', 'supervisor', 'agent')
export class ChatController {
  constructor(
    private readonly list: ChatList,
    private readonly views: ChatViews,
    private readonly accept: AcceptChat,
    private readonly close: CloseChat,
    private readonly reading: MarkChatAsRead,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'getChats', summary: 'My chats, the waiting ones, the closed ones, or all' })
  @ApiPage(ChatDto)
  @ApiProblems(422)
  getChats(@CurrentCaller() caller: Caller, @Query() query: ChatQuery) {
    return this.list.getChats(caller, query);
  }

  @Get(':chatId')
  @ApiOperation({ operationId: 'getChat', summary: 'Get one chat' })
  @ApiOkResponse({ type: ChatDto })
  getChat(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string): Promise<ChatDto> {
    return this.views.get(caller, chatId);
  }

  @Post(':chatId/accept')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'acceptChat',
    summary: 'Assign a waiting chat to me',
    description:
      'One caller wins and may repeat it. Everyone else gets 409: `already_accepted` with the `holder`, `limit_reached`, ' +
      '`agent_inactive`, `chat_closed`, or `not_offered` where the queue’s rule offers it to one agent at a time. ' +
      'Supervisors and admins may accept any waiting chat.',
  })
  @ApiOkResponse({ type: ChatDto })
  @ApiProblems(409)
  acceptChat(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string): Promise<ChatDto> {
    return this.accept.acceptChat(caller, chatId);
  }

  @Post(':chatId/close')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'closeActiveChat',
    summary: 'Close a chat',
    description: 'For who holds it, supervisors and admins. Closing twice is harmless.',
  })
  @ApiOkResponse({ type: ChatDto })
  closeActiveChat(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string): Promise<ChatDto> {
    return this.close.closeActiveChat(caller, chatId);
  }

  @Post(':chatId/read')
  @HttpCode(200)
  @ApiOperation({ operationId: 'markChatAsRead', summary: 'Mark the messages of a chat as read' })
  @ApiOkResponse({ type: ChatDto })
  @ApiProblems(422)
  markChatAsRead(
    @CurrentCaller() caller: Caller,
    @UuidParam('chatId') chatId: string,
    @Body() wish: MarkChatAsReadDto,
  ): Promise<ChatDto> {
    return this.reading.markChatAsRead(caller, chatId, wish.upToSeq);
  }
}
