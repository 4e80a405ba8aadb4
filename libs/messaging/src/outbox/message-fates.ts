import { Injectable } from '@nestjs/common';
import { Idempotency, Problem, type OnceAnswer } from '#api-kit';
import { Deliveries, OutgoingTargets, type MessageTarget } from '#chats';
import { Database, type Tx } from '#database';
import { callerKey, type Caller } from '#identity';
import { stateOf, type MessageStateDto } from './message-state.dto.js';
import { Queueing } from './queueing.js';

/** What people decide about messages that did not simply arrive. */
@Injectable()
export class MessageFates {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly targets: OutgoingTargets,
    private readonly messages: Deliveries,
    private readonly queueing: Queueing,
  ) {}

  /** A failed or expired message goes to its lane again; anything else is a Problem 409 `not_failed`. */
  retry(caller: Caller, messageId: string, key?: string): Promise<OnceAnswer<MessageStateDto>> {
    return this.once(caller, `POST /v1/messages/${messageId}/retry`, key, {}, async (tx) => {
      const message = await this.targets.message(tx, caller, messageId);
      const again = await this.queueing.again(tx, message, ['failed', 'expired']);
      if (!again)
        throw Problem.conflict('not_failed', `Only a failed message is sent again; this one is ${fateOf(message)}.`);
      return stateOf(message, 'queued');
    });
  }

  /** Somebody knows, or decides, what became of an unconfirmed message; for any other one it is a Problem 409. */
  resolve(
    caller: Caller,
    messageId: string,
    outcome: 'sent' | 'send_again',
    key?: string,
  ): Promise<OnceAnswer<MessageStateDto>> {
    return this.once(caller, `POST /v1/messages/${messageId}/resolve`, key, { outcome }, async (tx) => {
      if (outcome === 'sent') {
        const message = await this.targets.messageOfAnyChat(tx, caller, messageId);
        if (!(await this.messages.confirm(tx, messageId))) throw notUnconfirmed(message);
        return stateOf(message, 'sent');
      }
      const message = await this.targets.message(tx, caller, messageId);
      if (!(await this.queueing.again(tx, message, ['unconfirmed']))) throw notUnconfirmed(message);
      return stateOf(message, 'queued');
    });
  }

  private async once(
    caller: Caller,
    route: string,
    key: string | undefined,
    request: object,
    work: (tx: Tx) => Promise<MessageStateDto>,
  ): Promise<OnceAnswer<MessageStateDto>> {
    const answer = await this.database.transaction((tx) =>
      this.idempotency.once(tx, { caller: callerKey(caller), route, key, request }, async () => ({
        status: 200,
        body: await work(tx),
      })),
    );
    this.queueing.wake();
    return answer;
  }
}

function notUnconfirmed(message: MessageTarget): Problem {
  return Problem.conflict(
    'not_unconfirmed',
    `Only an unconfirmed message is resolved; this one is ${fateOf(message)}.`,
  );
}

function fateOf({ status, direction }: MessageTarget): string {
  return status ?? direction;
}
