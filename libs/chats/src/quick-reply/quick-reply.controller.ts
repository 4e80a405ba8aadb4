import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { answerOnce, ApiPage, ApiProblems, IdempotencyKey, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { ChatQuickReplies } from './chat-quick-replies.js';
import { QuickReplies } from './quick-replies.js';
import {
  CreateQuickReplyDto,
  FilledQuickReplyDto,
  QuickReplyDto,
  QuickReplyQuery,
  UpdateQuickReplyDto,
} from './quick-reply.dto.js';

@ApiTags('quick replies')
@Controller('v1')
@Allow('admin', 'supervisor', 'agent')
export class QuickReplyController {
  constructor(
    private readonly replies: QuickReplies,
    private readonly ofChats: ChatQuickReplies,
  ) {}

  @Get('quick-replies')
  @ApiOperation({
    operationId: 'listQuickReplies',
    summary: 'The quick replies I may use, by shortcut',
    description: 'Everybody’s and my own. Agents see those for all queues and for their own queues.',
  })
  @ApiPage(QuickReplyDto)
  @ApiProblems(422)
  listQuickReplies(@CurrentCaller() caller: Caller, @Query() query: QuickReplyQuery) {
    return this.replies.list(caller, query);
  }

  @Post('quick-replies')
  @ApiOperation({
    operationId: 'createQuickReply',
    summary: 'Keep a text for being said again',
    description: 'For everybody (supervisors and admins), or for oneself. 409 `shortcut_taken`.',
  })
  @ApiCreatedResponse({ type: QuickReplyDto })
  @ApiProblems(409, 422)
  async createQuickReply(
    @CurrentCaller() caller: Caller,
    @Body() wish: CreateQuickReplyDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<QuickReplyDto> {
    return answerOnce(reply, await this.replies.create(caller, key, wish));
  }

  @Patch('quick-replies/:quickReplyId')
  @ApiOperation({ operationId: 'updateQuickReply', summary: 'Change a quick reply' })
  @ApiOkResponse({ type: QuickReplyDto })
  @ApiProblems(409, 422)
  updateQuickReply(
    @CurrentCaller() caller: Caller,
    @UuidParam('quickReplyId') quickReplyId: string,
    @Body() wish: UpdateQuickReplyDto,
  ): Promise<QuickReplyDto> {
    return this.replies.update(caller, quickReplyId, wish);
  }

  @Delete('quick-replies/:quickReplyId')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteQuickReply', summary: 'Delete a quick reply' })
  @ApiNoContentResponse({ description: 'There is no such quick reply any more' })
  deleteQuickReply(@CurrentCaller() caller: Caller, @UuidParam('quickReplyId') quickReplyId: string): Promise<void> {
    return this.replies.delete(caller, quickReplyId);
  }

  @Get('chats/:chatId/quick-replies')
  @ApiOperation({
    operationId: 'getChatQuickReplies',
    summary: 'Quick replies as they would be said in a chat',
    description:
      'Those of the chat’s queue and of all queues, in the language of the chat’s channel, with names filled in. What a ' +
      'name contains is text and nothing more.',
  })
  @ApiPage(FilledQuickReplyDto)
  @ApiProblems(422)
  getChatQuickReplies(
    @CurrentCaller() caller: Caller,
    @UuidParam('chatId') chatId: string,
    @Query() query: QuickReplyQuery,
  ) {
    return this.ofChats.find(caller, chatId, query);
  }
}
