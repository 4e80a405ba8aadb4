import { Injectable } from '@nestjs/common';
import { Deliveries, type OutgoingHead } from '#chats';
import { Database, type Tx } from '#database';
import type { ChannelAccount, OutcomeMessageWorker } from '#messenger-kit';
import { Channels } from '#registration';
import { MessagingOptions } from '../messaging-options.js';
import type { Consequence } from './consequence.js';
import { LanesRepository, type Lane } from './lanes.repository.js';
import { Stopwatch } from './stopwatch.js';

/** What a lane's holder does next: send `head`, or leave the lane, which is due again after `waitMs` where that is known. */
export type Step =
  | {
      readonly kind: 'send';
      readonly head: OutgoingHead;
      /** Runs since the lease was ours. */ readonly seen: Stopwatch;
    }
  | { readonly kind: 'leave'; readonly waitMs?: number };

/** What is known of a try beside its consequence. */
export interface Known {
  /** Passing failures in a row before it. */
  readonly attempts: number;
  readonly sentAt: Date;
  /** For how long the whole channel waits; 0 = not at all. */
  readonly holdMs: number;
}

const LEAVE: Step = { kind: 'leave' };

/** What a network's worker says of a message that may have got through. */
type Fates = Pick<OutcomeMessageWorker, 'echoes' | 'repeatableForMs'>;

/** What is written down while a lane is run: one transaction each, none of which a lost lease gets through. */
@Injectable()
export class LaneSteps {
  constructor(
    private readonly database: Database,
    private readonly messages: Deliveries,
    private readonly lanes: LanesRepository,
    private readonly channels: Channels,
    private readonly options: MessagingOptions,
  ) {}

  /**
   * The attempt is written before the call: whoever finds it after a crash knows that the message may have left. In the first
   * turn of a claim (`fates`) that is asked first: what a predecessor left `sending` is queued again where its network would
   * know it; else it becomes `unconfirmed`, and its echo, where the network has such, is waited for.
   */
  next(lane: Lane, attempts: number, fates?: Fates): Promise<Step> {
    const seen = new Stopwatch();
    return this.database.indexed(async (tx) => {
      const renewed = await this.lanes.renew(tx, lane, this.options.leaseMs);
      if (!renewed) return LEAVE;
      const left = fates && (await this.messages.leaveUnconfirmed(tx, lane.chatId, fates.repeatableForMs));
      if (left !== undefined && fates?.echoes) {
        // The call was made before the lease was left to run out: for so long its echo has been on its way already.
        const waitMs = Math.max(this.options.echoWaitMs - this.options.leaseMs, 0);
        await this.lanes.postpone(tx, lane, waitMs, lane.attempts, left);
        return { kind: 'leave', waitMs };
      }
      if (!renewed.open || renewed.heldMs > 0) {
        await this.lanes.postpone(tx, lane, renewed.heldMs, attempts);
        return { kind: 'leave', waitMs: renewed.heldMs };
      }
      const head = await this.messages.startSending(tx, lane.chatId, this.options.expireAfterMs);
      if (head) return { kind: 'send', head, seen };
      await this.leaveEmpty(tx, lane);
      return LEAVE;
    });
  }

  /**
   * It is not this lane's turn yet: it is given back for so long, or kept (0). One with nothing to send is removed, so
   * that it takes nobody's turn.
   */
  pause(lane: Lane, waitMs: number, attempts: number): Promise<Step | undefined> {
    return this.database.indexed(async (tx) => {
      if (!(await this.messages.hasMore(tx, lane.chatId))) {
        await this.leaveEmpty(tx, lane);
        return LEAVE;
      }
      if (waitMs === 0) return undefined;
      await this.lanes.postpone(tx, lane, waitMs, attempts);
      return { kind: 'leave', waitMs };
    });
  }

  /** Gives the lane back as it is. */
  async giveBack(lane: Lane, attempts: number): Promise<void> {
    await this.database.indexed((tx) => this.lanes.postpone(tx, lane, 0, attempts));
  }

  /** Removes the lane, or gives it back where something came meanwhile. */
  private async leaveEmpty(tx: Tx, lane: Lane): Promise<void> {
    if (!(await this.lanes.finish(tx, lane))) await this.lanes.postpone(tx, lane, 0, 0);
  }

  /** Writes down what became of one try; undefined when the lane goes on with the next message. */
  settle(
    lane: Lane,
    account: ChannelAccount,
    head: OutgoingHead,
    consequence: Consequence,
    { attempts, sentAt, holdMs }: Known,
  ): Promise<Step | undefined> {
    const { chatId } = lane;
    const one = { messageId: head.id, attempt: head.attempts, chatId, channelId: head.channelId };
    return this.database.indexed(async (tx) => {
      if (consequence.status === 'sent') await this.messages.markSent(tx, one, consequence.externalIds, sentAt);
      else if (consequence.status !== 'queued') {
        await this.messages.settle(tx, one, consequence.status, consequence.failure);
      } else {
        const { waitMs, counts, revoked, failure, doubtful } = consequence;
        await this.messages.settle(tx, one, 'queued', failure, doubtful);
        if (revoked) await this.channels.markRevoked(tx, account, failure.sentence);
        if (holdMs > 0) await this.lanes.hold(tx, lane.channelId, holdMs);
        await this.lanes.postpone(tx, lane, waitMs, counts ? attempts + 1 : attempts);
        return { kind: 'leave', waitMs };
      }
      if (holdMs > 0) await this.lanes.hold(tx, lane.channelId, holdMs);
      if (consequence.status === 'unconfirmed' && consequence.awaitsEcho) {
        const waitMs = this.options.echoWaitMs;
        await this.lanes.postpone(tx, lane, waitMs, 0, head.id);
        return { kind: 'leave', waitMs };
      }
      // Mostly it was the only one: its lane ends with it, without another look.
      if (!head.hasNext && (await this.lanes.finish(tx, lane))) return LEAVE;
      if (attempts > 0) await this.lanes.forgetAttempts(tx, lane);
      return undefined;
    });
  }
}
