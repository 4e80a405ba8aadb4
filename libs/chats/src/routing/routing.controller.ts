import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { ChatDto } from '../chat/chat.dto.js';
import { DeclineOffer } from './decline-offer.js';
import { ExplainRouting } from './explain-routing.js';
import { RoutingDto } from './routing.dto.js';

@ApiTags('chats')
@Controller('v1/chats/:chatId')
@Allow('admin', 'supervisor', 'agent')
export class RoutingController {
  constructor(
    private readonly decline: DeclineOffer,
    private readonly explain: ExplainRouting,
  ) {}

  @Post('decline')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'declineOffer',
    summary: 'Let a chat that is offered to me pass',
    description:
      'The next agent is asked at once, the caller again only after all others. Declining twice is harmless; 409 ' +
      '`not_offered` for a chat that was not offered to the caller.',
  })
  @ApiOkResponse({ type: ChatDto })
  @ApiProblems(409)
  declineOffer(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string): Promise<ChatDto> {
    return this.decline.declineOffer(caller, chatId);
  }

  @Get('routing')
  @ApiOperation({
    operationId: 'explainRouting',
    summary: 'Why a chat is where it is',
    description:
      'Whom it is offered to and until when, how the queue’s agents stand now, and what was decided before: who was ' +
      'considered, who was not and why.',
  })
  @ApiOkResponse({ type: RoutingDto })
  explainRouting(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string): Promise<RoutingDto> {
    return this.explain.explainRouting(caller, chatId);
  }
}
