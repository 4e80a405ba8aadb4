import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, ApiProblems, PageQuery, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { ChatDto } from '../chat/chat.dto.js';
import { OwnershipDto, TransferChatDto } from './ownership.dto.js';
import { Ownerships } from './ownerships.js';
import { ReleaseChat } from './release-chat.js';
import { TakeOverChat } from './take-over-chat.js';
import { TransferChat } from './transfer-chat.js';

@ApiTags('chats')
@Controller('v1/chats/:chatId')
export class OwnershipController {
  constructor(
    private readonly release: ReleaseChat,
    private readonly transfer: TransferChat,
    private readonly takeOver: TakeOverChat,
    private readonly ownerships: Ownerships,
  ) {}

  @Post('release')
  @HttpCode(200)
  @Allow('admin', 'supervisor', 'agent')
  @ApiOperation({
    operationId: 'releaseChat',
    summary: 'Give a chat back to its queue',
    description:
      'For who holds it, supervisors and admins. It waits again at its old place. 409: `not_owner` with the `holder`, ' +
      '`chat_not_held`, `chat_closed`, or `chat_moved` when somebody else moved it at the same time.',
  })
  @ApiOkResponse({ type: ChatDto })
  @ApiProblems(409)
  releaseChat(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string): Promise<ChatDto> {
    return this.release.releaseChat(caller, chatId);
  }

  @Post('transfer')
  @HttpCode(200)
  @Allow('admin', 'supervisor', 'agent')
  @ApiOperation({
    operationId: 'transferChat',
    summary: 'Hand a chat on to an agent or to a queue',
    description:
      'For who holds it, supervisors and admins. The chat keeps its messages and what was read. An agent holds it at ' +
      'once; in a queue it waits. 409: `agent_unavailable`, `limit_reached`, `not_owner` with the `holder`, ' +
      '`chat_not_held`, `chat_closed`, or `chat_moved` when somebody else moved it at the same time.',
  })
  @ApiBody({
    type: TransferChatDto,
    examples: {
      'to an agent': { value: { agentId: '019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e11', reason: 'language' } },
      'to a queue': { value: { queueId: '019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e13', comment: 'Asks for an invoice' } },
    },
  })
  @ApiOkResponse({ type: ChatDto })
  @ApiProblems(409, 422)
  transferChat(
    @CurrentCaller() caller: Caller,
    @UuidParam('chatId') chatId: string,
    @Body() wish: TransferChatDto,
  ): Promise<ChatDto> {
    return this.transfer.transferChat(caller, chatId, wish);
  }

  @Post('take-over')
  @HttpCode(200)
  @Allow('admin', 'supervisor')
  @ApiOperation({
    operationId: 'takeOverChat',
    summary: 'Take a chat from whoever holds it',
    description:
      'The caller holds it from then on. 409: `agent_unavailable`, `limit_reached`, `chat_closed`, or `chat_moved` with ' +
      'the `holder` when somebody else took it at the same time.',
  })
  @ApiOkResponse({ type: ChatDto })
  @ApiProblems(409)
  takeOverChat(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string): Promise<ChatDto> {
    return this.takeOver.takeOverChat(caller, chatId);
  }

  @Get('ownerships')
  @Allow('admin', 'supervisor', 'agent')
  @ApiOperation({ operationId: 'getOwnerships', summary: 'Who held a chat, stretch by stretch' })
  @ApiPage(OwnershipDto)
  getOwnerships(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string, @Query() query: PageQuery) {
    return this.ownerships.list(caller, chatId, query.cursor, query.limit);
  }
}
