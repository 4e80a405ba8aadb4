import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { ChatActionDto } from './action.dto.js';
import { Actions } from './actions.js';

@ApiTags('chats')
@Controller('v1/chats/:chatId/actions')
export class ChatActionController {
  constructor(private readonly actions: Actions) {}

  @Get()
  @Allow('admin', 'supervisor', 'agent')
  @ApiOperation({ operationId: 'getChatActions', summary: 'The actions available for the chat’s queue' })
  @ApiPage(ChatActionDto)
  getChatActions(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string) {
    return this.actions.getChatActions(caller, chatId);
  }
}
