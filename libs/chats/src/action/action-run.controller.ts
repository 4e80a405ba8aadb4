import { Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, ApiProblems, IdempotencyKey, PageQuery, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { Actions } from './actions.js';
import { ActionRunDto, ActionSecretDto, ActionTrialDto } from './action-run.dto.js';
import { ActionRuns } from './action-runs.js';
import { TryAction } from './try-action.js';

@ApiTags('actions')
@Controller('v1/actions/:actionId')
export class ActionRunController {
  constructor(
    private readonly actions: Actions,
    private readonly runs: ActionRuns,
    private readonly trial: TryAction,
  ) {}

  @Get('runs')
  @Allow('admin', 'supervisor')
  @ApiOperation({
    operationId: 'listActionRuns',
    summary: 'What became of an action’s runs, newest first',
    description: 'Kept for 90 days.',
  })
  @ApiPage(ActionRunDto)
  listActionRuns(@UuidParam('actionId') actionId: string, @Query() query: PageQuery) {
    return this.runs.ofAction(actionId, query);
  }

  @Post('secret')
  @Allow('admin')
  @ApiOperation({
    operationId: 'rotateActionSecret',
    summary: 'Give an action a new secret',
    description: 'Shown in this answer only. For a day its calls carry the signature of the old one as well.',
  })
  @ApiCreatedResponse({ type: ActionSecretDto })
  @ApiProblems(409)
  rotateActionSecret(
    @CurrentCaller() caller: Caller,
    @UuidParam('actionId') actionId: string,
    @IdempotencyKey() key: string | undefined,
  ): Promise<ActionSecretDto> {
    return this.actions.rotateSecret(caller, key, actionId);
  }

  @Post('try')
  @HttpCode(200)
  @Allow('admin')
  @ApiOperation({
    operationId: 'tryAction',
    summary: 'Call an action’s address with an example',
    description: 'Once, with `test: true` and made-up content; waits for the answer up to ten seconds.',
  })
  @ApiOkResponse({ type: ActionTrialDto })
  @ApiProblems(409)
  tryAction(@CurrentCaller() caller: Caller, @UuidParam('actionId') actionId: string): Promise<ActionTrialDto> {
    return this.trial.try(caller, actionId);
  }
}
