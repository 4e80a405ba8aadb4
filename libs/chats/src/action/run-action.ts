import { Injectable } from '@nestjs/common';
import { Idempotency, type OnceAnswer, Problem } from '#api-kit';
import { Database, newId, type Tx } from '#database';
import { type Caller, callerKey } from '#identity';
import { Jobs } from '#jobs';
import { OutgoingMessages } from '../outgoing/outgoing-messages.js';
import { ActionRepository } from './action.repository.js';
import { type ActionRunDto, runViewOf } from './action-run.dto.js';
import { ActionRunRepository } from './action-run.repository.js';

export const RUN_JOB = 'chats.run-action';

/** Starts an action of a chat's queue. Nobody waits for the called system: a job calls it, and the chat tells the result. */
@Injectable()
export class RunAction {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly chats: OutgoingMessages,
    private readonly actions: ActionRepository,
    private readonly runs: ActionRunRepository,
    private readonly jobs: Jobs,
  ) {}

  /**
   * For who holds the chat, supervisors and admins, while it is open. Problem 404 for a chat out of sight and for an action
   * that the chat's queue does not have now; 409 as of answering, and for an action that has no secret to sign with.
   */
  run(caller: Caller, chatId: string, actionId: string, key: string | undefined): Promise<OnceAnswer<ActionRunDto>> {
    const route = `POST /v1/chats/${chatId}/actions/${actionId}/run`;
    const request = { caller: callerKey(caller), route, key, request: {} };
    return this.database.transaction((tx) =>
      this.idempotency.once(tx, request, async () => ({
        status: 202,
        body: await this.start(tx, caller, chatId, actionId),
      })),
    );
  }

  private async start(tx: Tx, caller: Caller, chatId: string, actionId: string): Promise<ActionRunDto> {
    const { queueId } = await this.chats.answerable(tx, caller, chatId);
    const action = await this.actions.runnable(tx, queueId, actionId);
    if (!action) throw Problem.notFound('action');
    if (!action.hasSecret) throw Problem.conflict('action_without_secret', NO_SECRET);
    const run = await this.runs.insert(tx, {
      id: newId(),
      actionId: action.id,
      caption: action.caption,
      chatId,
      queueId,
      byKind: caller.kind,
      byId: caller.id,
      byName: caller.name,
      requestedAt: new Date(),
    });
    await this.jobs.enqueue(tx, RUN_JOB, [{ runId: run.id }]);
    return runViewOf(run);
  }
}

export const NO_SECRET = 'This action has no secret to sign its calls with: an admin makes one first.';
