import { Body, Controller, Delete, Get, HttpCode, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, ApiProblems, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { OnlookerDto, ShowPresenceDto } from './presence.dto.js';
import { Presence } from './presence.js';

@ApiTags('chats')
@Controller('v1/chats/:chatId/presence')
@Allow('admin', 'supervisor', 'agent')
export class PresenceController {
  constructor(private readonly presence: Presence) {}

  @Get()
  @ApiOperation({ operationId: 'getPresence', summary: 'Who else is looking at a chat' })
  @ApiPage(OnlookerDto)
  getPresence(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string) {
    return this.presence.list(caller, chatId);
  }

  @Put()
  @ApiOperation({
    operationId: 'showPresence',
    summary: 'Say that I am looking at a chat, and whether I am writing',
    description:
      'Holds for 15 seconds: repeat it about every ten while the chat is open before the agent. Colleagues who may follow ' +
      'the chat hear `chat.looking` and `chat.typing` on their streams. Answers who is looking now. The contact sees ' +
      'nothing of it; for that there is `showTyping`.',
  })
  @ApiPage(OnlookerDto)
  @ApiProblems(422)
  showPresence(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string, @Body() wish: ShowPresenceDto) {
    return this.presence.show(caller, chatId, wish.typing);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ operationId: 'hidePresence', summary: 'Say that I am no longer looking at a chat' })
  @ApiNoContentResponse({ description: 'No longer among those who look' })
  hidePresence(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string): Promise<void> {
    return this.presence.hide(caller, chatId);
  }
}
