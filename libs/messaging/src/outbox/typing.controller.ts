import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems, UuidParam } from '#api-kit';
import { Allow, CurrentCaller, ROLES, type Caller } from '#identity';
import { ChatSignals } from './chat-signals.js';

@ApiTags('chats')
@Allow(...ROLES)
@Controller('v1/chats/:chatId/typing')
export class TypingController {
  constructor(private readonly signals: ChatSignals) {}

  @Post()
  @HttpCode(204)
  @ApiOperation({
    operationId: 'showTyping',
    summary: 'Show the contact that somebody is writing',
    description:
      'Lasts some seconds; repeat it while the agent types. It is shown if the messenger can be asked at this moment, ' +
      'and forgotten otherwise. 422 `not_supported` where it cannot show it at all.',
  })
  @ApiNoContentResponse({ description: 'Passed on, if possible' })
  @ApiProblems(404, 409, 422)
  showTyping(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string): Promise<void> {
    return this.signals.type(caller, chatId);
  }
}
