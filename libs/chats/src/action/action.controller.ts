import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { answerOnce, ApiPage, ApiProblems, IdempotencyKey, PageQuery, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { ActionDto, CreateActionDto, UpdateActionDto } from './action.dto.js';
import { Actions } from './actions.js';

@ApiTags('actions')
@Controller('v1/actions')
export class ActionController {
  constructor(private readonly actions: Actions) {}

  @Post()
  @Allow('admin')
  @ApiOperation({ operationId: 'createAction', summary: 'Offer an action in the chats of some queues' })
  @ApiCreatedResponse({ type: ActionDto })
  @ApiProblems(422)
  async createAction(
    @CurrentCaller() caller: Caller,
    @Body() wish: CreateActionDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ActionDto> {
    return answerOnce(reply, await this.actions.create(caller, key, wish));
  }

  @Get()
  @Allow('admin', 'supervisor')
  @ApiOperation({ operationId: 'listActions', summary: 'List the actions in the order they were made' })
  @ApiPage(ActionDto)
  listActions(@Query() query: PageQuery) {
    return this.actions.list(query.cursor, query.limit);
  }

  @Patch(':actionId')
  @Allow('admin')
  @ApiOperation({ operationId: 'updateAction', summary: 'Change an action' })
  @ApiOkResponse({ type: ActionDto })
  @ApiProblems(422)
  updateAction(@UuidParam('actionId') actionId: string, @Body() wish: UpdateActionDto): Promise<ActionDto> {
    return this.actions.update(actionId, wish);
  }

  @Delete(':actionId')
  @HttpCode(204)
  @Allow('admin')
  @ApiOperation({ operationId: 'deleteAction', summary: 'Delete an action' })
  deleteAction(@UuidParam('actionId') actionId: string): Promise<void> {
    return this.actions.delete(actionId);
  }
}
