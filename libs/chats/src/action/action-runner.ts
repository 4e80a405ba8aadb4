import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, isId, type Tx } from '#database';
import { EventLog } from '#events';
import { Jobs } from '#jobs';
import { audienceOf } from '../chat/audience.js';
import { SystemLines } from '../outgoing/system-lines.repository.js';
import { ActionCalls } from './action-calls.js';
import type { ActionOutcome } from './action-outcome.js';
import { lineOf } from './action-line.js';
import { ActionRunRepository } from './action-run.repository.js';
import { RUN_JOB } from './run-action.js';

/** Before the second call, the third, and so on; then it has failed. The called system may ask for longer ones. */
const PAUSES_MS = [1_000, 5_000, 20_000];
/** Somebody waits for the result. Longer than all tries take, and than most outages do. */
const GIVE_UP_MS = 30 * 60_000;
const EVERY_MINUTE = '* * * * *';
const AT_ONCE = 500;

/**
 * Calls the systems behind actions, off the agents' way. A call may be made more than once, each time with the run's id;
 * its result is told once.
 */
@Injectable()
export class ActionRunner implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly runs: ActionRunRepository,
    private readonly calls: ActionCalls,
    private readonly lines: SystemLines,
    private readonly events: EventLog,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.define(RUN_JOB, (payload) => this.run(payload), 'slow');
    this.jobs.schedule('chats.give-up-actions', EVERY_MINUTE, () => this.giveUp());
  }

  /** Rejects when the database is away; the job is then tried again. */
  async run(payload: unknown): Promise<void> {
    if (!isRun(payload)) throw new Error(`A job of ${RUN_JOB} names no run`);
    const run = await this.runs.claim(payload.runId);
    if (!run) return;
    const outcome = await this.calls.callFor(run);
    const pauseMs = PAUSES_MS[run.attempts - 1];
    await this.database.transaction((tx) =>
      outcome.kind === 'again' && pauseMs !== undefined
        ? this.tryLater(tx, payload.runId, Math.max(pauseMs, outcome.waitMs ?? 0))
        : this.settle(tx, run.facts.chatId, payload.runId, outcome),
    );
  }

  /** Ends what its job did not, whatever became of that: its node died each time, it used up its tries, it waits for too long. */
  async giveUp(): Promise<void> {
    for (const { id, chatId, attempts } of await this.runs.overdue(GIVE_UP_MS, AT_ONCE)) {
      const outcome = attempts === 0 ? NOT_RUN : NO_END;
      await this.database.transaction((tx) => this.settle(tx, chatId, id, outcome, attempts));
    }
  }

  private tryLater(tx: Tx, runId: string, pauseMs: number): Promise<void> {
    return this.jobs.enqueue(tx, RUN_JOB, [{ runId }], { runAt: new Date(Date.now() + pauseMs) });
  }

  /** Nothing, where the run is over by now, or not at this try any more. */
  private async settle(
    tx: Tx,
    chatId: string,
    runId: string,
    outcome: ActionOutcome,
    attempts?: number,
  ): Promise<void> {
    const at = new Date();
    const chat = await this.runs.lockChat(tx, chatId);
    const run = chat && (await this.runs.finish(tx, runId, outcome, at, attempts));
    if (!run) return;
    const { actionId, caption, code, sentence, byKind, byId } = run;
    const status = outcome.kind === 'succeeded' ? ('succeeded' as const) : ('failed' as const);
    const { seq } = await this.lines.append(tx, chatId, lineOf(run, outcome), at);
    await this.runs.noteLine(tx, runId, seq);
    const audience = audienceOf(chat.queueId, chat.agentId, byKind === 'user' ? byId : null);
    const data = { runId, actionId, caption, status, code, sentence, text: outcome.text };
    await this.events.record(tx, [{ type: 'action.finished', at, chatId, seq, audience, data }]);
  }
}

const NOT_RUN: ActionOutcome = {
  kind: 'failed',
  httpStatus: null,
  code: 'not_run',
  sentence: 'It did not get its turn for too long; the called system was not called.',
  text: null,
};
const NO_END: ActionOutcome = {
  kind: 'failed',
  httpStatus: null,
  code: 'no_end',
  sentence: 'It was begun, and came to no end here.',
  text: null,
  doubtful: true,
};

function isRun(payload: unknown): payload is { readonly runId: string } {
  return typeof payload === 'object' && payload !== null && 'runId' in payload && isId(payload.runId);
}
