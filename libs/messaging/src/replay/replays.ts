import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Idempotency, Problem, type OnceAnswer } from '#api-kit';
import { Database } from '#database';
import { audit, callerKey, type Caller } from '#identity';
import { Jobs } from '#jobs';
import { Ledger } from '../ledger/ledger.js';
import { isReplayOrder, type ReplayOrder } from './replay-order.js';
import type { ReplayDto } from './replay.dto.js';
import { ReplayRepository } from './replay.repository.js';
import { Replayer } from './replayer.js';

const JOB = 'messaging.replay';
/** A database that is away comes back; more tries than that say that the replay itself is broken. */
const TRIES = 5;

/** Orders to take events in again; a job carries them out. */
@Injectable()
export class Replays implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly ledger: Ledger,
    private readonly repository: ReplayRepository,
    private readonly replayer: Replayer,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.define(JOB, (payload) => this.run(payload), 'slow');
  }

  /** Says how many events will be looked at. Problem 404 without such a channel, 422 when it is not said which events. */
  async order(caller: Caller, order: ReplayOrder, key?: string): Promise<OnceAnswer<ReplayDto>> {
    await this.ledger.balance(order.channelId);
    if (!order.keys && !order.from && !order.to && !order.quarantinedOnly) {
      const detail = 'Say which events: keys, a time range, or quarantinedOnly.';
      throw Problem.invalid(detail, [{ pointer: '#/keys', detail }]);
    }
    const route = `POST /v1/channels/${order.channelId}/replays`;
    return this.database.transaction((tx) =>
      this.idempotency.once(tx, { caller: callerKey(caller), route, key, request: order }, async () => {
        await this.jobs.enqueue(tx, JOB, [order], { maxAttempts: TRIES });
        const { channelId, keys, from, to, quarantinedOnly } = order;
        const events = await this.repository.count(tx, order);
        // Keys hold ids that networks gave to people and messages: what is written down for good has their number only.
        const after = { keys: keys?.length, from, to, quarantinedOnly, events };
        await audit(tx, { action: 'channel.replay_ordered', subjectId: channelId, after });
        return { status: 202, body: { channelId, events } };
      }),
    );
  }

  private async run(payload: unknown): Promise<void> {
    if (!isReplayOrder(payload)) throw new Error(`A job of ${JOB} names no channel`);
    await this.replayer.carryOut(payload);
  }
}
