import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, ApiProblems, IdempotencyKey, PageQuery, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { ActionDto, CreateActionDto, CreatedActionDto, UpdateActionDto } from './action.dto.js';
import { Actions } from './actions.js';

@ApiTags('actions')
@Controller('v1/actions')
export class ActionController {
  constructor(private readonly actions: Actions) {}

  @Post()
  @Allow('admin')
  @ApiOperation({
    operationId: 'createAction',
    summary: 'Offer an action in the chats of some queues',
    description: 'The answer shows the secret that its calls are signed with, this once; a replay is refused with 409.',
  })
  @ApiCreatedResponse({ type: CreatedActionDto })
  @ApiProblems(409, 422)
  createAction(
    @CurrentCaller() caller: Caller,
    @Body() wish: CreateActionDto,
    @IdempotencyKey() key: string | undefined,
  ): Promise<CreatedActionDto> {
    return this.actions.create(caller, key, wish);
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
