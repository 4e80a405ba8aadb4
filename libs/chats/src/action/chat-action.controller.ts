import { Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { answerOnce, ApiPage, ApiProblems, IdempotencyKey, PageQuery, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { ChatActionDto } from './action.dto.js';
import { Actions } from './actions.js';
import { ActionRunDto } from './action-run.dto.js';
import { ActionRuns } from './action-runs.js';
import { RunAction } from './run-action.js';

@ApiTags('chats')
@Controller('v1/chats/:chatId')
@Allow('admin', 'supervisor', 'agent')
export class ChatActionController {
  constructor(
    private readonly actions: Actions,
    private readonly running: RunAction,
    private readonly runs: ActionRuns,
  ) {}

  @Get('actions')
  @ApiOperation({ operationId: 'getChatActions', summary: 'The actions available for the chat’s queue' })
  @ApiPage(ChatActionDto)
  getChatActions(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string) {
    return this.actions.getChatActions(caller, chatId);
  }

  @Post('actions/:actionId/run')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'runChatAction',
    summary: 'Run an action of the chat’s queue',
    description:
      'For who holds the chat, supervisors and admins, while it is open. Answered at once: the action’s address is called ' +
      'in the background, again if it cannot be reached, and its result becomes a system line of the chat ' +
      '(`action.finished`). The call is a POST signed as of Standard Webhooks with the action’s secret; `webhook-id` is the ' +
      'run’s id, the same for every try. Its body tells chat, queue, channel, contact, identity and agent. The called ' +
      'system answers 2xx with `{ "text": "…" }`, which the agent reads, or with nothing.',
  })
  @ApiAcceptedResponse({ type: ActionRunDto })
  @ApiProblems(409)
  async runChatAction(
    @CurrentCaller() caller: Caller,
    @UuidParam('chatId') chatId: string,
    @UuidParam('actionId') actionId: string,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ActionRunDto> {
    return answerOnce(reply, await this.running.run(caller, chatId, actionId, key));
  }

  @Get('action-runs')
  @ApiOperation({ operationId: 'listChatActionRuns', summary: 'What was run in a chat, newest first' })
  @ApiPage(ActionRunDto)
  listChatActionRuns(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string, @Query() query: PageQuery) {
    return this.runs.ofChat(caller, chatId, query);
  }
}
