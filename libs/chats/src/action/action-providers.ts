import { ActionCall } from './action-call.js';
import { ActionCalls } from './action-calls.js';
import { ActionRunRepository } from './action-run.repository.js';
import { ActionRunner } from './action-runner.js';
import { ActionRuns } from './action-runs.js';
import { ActionSecrets } from './action-secrets.js';
import { ActionRepository } from './action.repository.js';
import { Actions } from './actions.js';
import { RunAction } from './run-action.js';
import { TryAction } from './try-action.js';

/** What agents can run from chats, and who runs it. */
export const ACTIONS = [
  ActionCall,
  ActionCalls,
  ActionRepository,
  ActionRunner,
  ActionRunRepository,
  ActionRuns,
  Actions,
  ActionSecrets,
  RunAction,
  TryAction,
];
