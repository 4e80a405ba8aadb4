import { Injectable } from '@nestjs/common';
import { ActionCall } from './action-call.js';
import type { ActionOutcome } from './action-outcome.js';
import { payloadOf, type RunFacts } from './action-payload.js';
import type { Callee } from './action-run.repository.js';
import { ActionSecrets } from './action-secrets.js';

interface Called {
  readonly facts: RunFacts;
  readonly callee: Callee | null;
  /** Tries so far, this one included. */
  readonly attempts?: number;
}

/** The call that a run is. */
@Injectable()
export class ActionCalls {
  constructor(
    private readonly call: ActionCall,
    private readonly secrets: ActionSecrets,
  ) {}

  async callFor({ facts, callee, attempts = 1 }: Called, test = false): Promise<ActionOutcome> {
    if (!callee) return attempts > 1 ? GONE_MEANWHILE : GONE;
    const secrets = this.secrets.open(callee);
    return this.call.make({ id: facts.runId, url: callee.url, secrets, json: payloadOf(facts, test) });
  }
}

const GONE: ActionOutcome = {
  kind: 'failed',
  httpStatus: null,
  code: 'action_deleted',
  sentence: 'The action was deleted before it was run.',
  text: null,
};

const GONE_MEANWHILE: ActionOutcome = {
  ...GONE,
  doubtful: true,
  sentence: 'The action was deleted before the called system had answered.',
};
