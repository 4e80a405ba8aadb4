import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { Database, newId } from '#database';
import type { Caller } from '#identity';
import { ActionCalls } from './action-calls.js';
import { exampleFacts } from './action-payload.js';
import { ActionRepository } from './action.repository.js';
import { type ActionTrialDto, runViewOf } from './action-run.dto.js';
import { ActionRunRepository } from './action-run.repository.js';
import { NO_SECRET } from './run-action.js';

/** Calls an action's system with an example, once, while an admin waits. */
@Injectable()
export class TryAction {
  constructor(
    private readonly database: Database,
    private readonly actions: ActionRepository,
    private readonly runs: ActionRunRepository,
    private readonly calls: ActionCalls,
  ) {}

  /**
   * Problem 404 for an unknown action, 409 for one without a secret. What the called system did is in the answer,
   * and written down with it: nothing would go on with a trial whose process died.
   */
  async try(caller: Caller, actionId: string): Promise<ActionTrialDto> {
    const action = await this.actions.callee(actionId);
    if (!action) throw Problem.notFound('action');
    const { caption, callee } = action;
    if (!callee) throw Problem.conflict('action_without_secret', NO_SECRET);
    const [runId, requestedAt] = [newId(), new Date()];
    const by = { byKind: caller.kind, byId: caller.id, byName: caller.name };
    const facts = { runId, requestedAt, actionId: callee.id, caption, by: byOf(caller) };
    const outcome = await this.calls.callFor({ facts: exampleFacts(facts), callee }, true);
    const trial = { id: runId, actionId: callee.id, caption, chatId: null, queueId: null, ...by, requestedAt };
    const run = await this.database.transaction(async (tx) => {
      await this.runs.insert(tx, trial);
      return this.runs.finish(tx, runId, outcome, new Date());
    });
    return { run: runViewOf(run!), text: outcome.text };
  }
}

function byOf({ kind, id, name }: Caller) {
  return { kind, id, name };
}
