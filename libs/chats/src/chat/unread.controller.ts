import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { CountDto } from './chat.dto.js';
import { UnreadCounts } from './unread-counts.js';

@ApiTags('counts')
@Controller('v1/me')
export class UnreadController {
  constructor(private readonly unread: UnreadCounts) {}

  @Get('unread-chats-count')
  @Allow('admin', 'supervisor', 'agent')
  @ApiOperation({
    operationId: 'getUnreadChatsCount',
    summary: 'Number of my unread chats',
    description: 'Over exactly the chats that `getChats` shows for `mine` and `waiting`.',
  })
  @ApiOkResponse({ type: CountDto })
  getUnreadChatsCount(@CurrentCaller() caller: Caller): Promise<CountDto> {
    return this.unread.getUnreadChatsCount(caller);
  }

  @Get('unread-messages-count')
  @Allow('admin', 'supervisor', 'agent')
  @ApiOperation({
    operationId: 'getUnreadMessagesCount',
    summary: 'Number of unread messages in all my chats',
    description: 'Over exactly the chats that `getChats` shows for `mine` and `waiting`.',
  })
  @ApiOkResponse({ type: CountDto })
  getUnreadMessagesCount(@CurrentCaller() caller: Caller): Promise<CountDto> {
    return this.unread.getUnreadMessagesCount(caller);
  }
}
