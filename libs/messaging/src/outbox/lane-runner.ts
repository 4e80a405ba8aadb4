import { setTimeout as pauseFor } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { OutgoingHead } from '#chats';
import { MessagingOptions } from '../messaging-options.js';
import { ChannelTrouble } from './channel-trouble.js';
import { consequenceOf, type Attempted, type Consequence } from './consequence.js';
import { insist } from './insist.js';
import { LaneSteps, type Step } from './lane-steps.js';
import type { Lane } from './lanes.repository.js';
import { NetworkCall } from './network-call.js';
import { Pacer } from './pacer.js';
import { Stopwatch } from './stopwatch.js';
import { Ways, type Way } from './way.js';

/** A lane whose turn comes later than this gives its place to another one meanwhile. */
const PATIENCE_MS = 200;

/** A message that may have got through with an earlier try, and that the network would by now take for another one. */
const TOO_LATE_TO_REPEAT: Attempted = {
  verdict: { kind: 'unknown', sentence: 'It may have arrived, and it is too late to send it again safely.' },
  asked: false,
};

/** Delivers one chat's messages in order while the lane is ours. */
@Injectable()
export class LaneRunner {
  private readonly logger = new Logger(LaneRunner.name);

  constructor(
    private readonly ways: Ways,
    private readonly steps: LaneSteps,
    private readonly call: NetworkCall,
    private readonly pacer: Pacer,
    private readonly troubles: ChannelTrouble,
    private readonly options: MessagingOptions,
  ) {}

  /**
   * Ends when the lane is empty, must wait, or is no longer ours; `stopped` ends it after the message under way. Gives
   * the ms after which the lane is due again, where that is known.
   */
  async run(lane: Lane, stopped: () => boolean): Promise<number | undefined> {
    const way = await this.ways.to(lane);
    let { attempts } = lane;
    let isFirst = true;
    while (!stopped()) {
      const step = await this.turn(way, lane, attempts, isFirst);
      if (step) return waitOf(step);
      attempts = 0;
      isFirst = false;
    }
    await this.steps.giveBack(lane, attempts);
    return undefined;
  }

  /** All look-ups came before, so that nothing stands between a message's mark and its call. */
  private async turn(way: Way, lane: Lane, attempts: number, isFirst: boolean): Promise<Step | undefined> {
    const { course, outcome } = way;
    const wait = this.pacer.waitFor(course, outcome.pace);
    const paused = wait > 0 && (await this.steps.pause(lane, wait > PATIENCE_MS ? wait : 0, attempts));
    if (paused) return paused;
    const booked = this.pacer.book(course, outcome.pace);
    if (booked > 0) await pauseFor(booked);
    const step = await this.steps.next(lane, attempts, isFirst ? outcome : undefined);
    if (step.kind === 'send') return this.deliver(way, lane, step.head, step.seen, attempts);
    this.pacer.giveBack(course, outcome.pace);
    return step;
  }

  private async deliver(way: Way, lane: Lane, head: OutgoingHead, seen: Stopwatch, attempts: number) {
    const calledAt = new Date();
    const { echoes, repeatableForMs = 0 } = way.outcome;
    const { doubtful } = head;
    // Also at the end of the longest call it is the same message to the network.
    const repeatable = head.queuedForMs + this.options.uploadTimeoutMs < repeatableForMs;
    const attempted = doubtful && !repeatable ? TOO_LATE_TO_REPEAT : await this.call.attempt(way, lane, head, seen);
    if (!attempted) return { kind: 'leave' } as const;
    const consequence = consequenceOf(attempted, attempts, { echoes, repeatable, doubtful });
    const sentAt = momentOf(consequence, calledAt);
    const told = consequence.status === 'queued' && consequence.wholeChannel ? consequence.waitMs : 0;
    const holdMs = Math.max(told, this.troubles.waitAfter(lane, attempted));
    const known = { attempts, sentAt, holdMs };
    const step = await insist(() => this.steps.settle(lane, way.account, head, consequence, known));
    if (consequence.status !== 'sent') {
      this.logger.warn(`Message ${head.id} is ${consequence.status} (${consequence.failure.code})`);
    }
    return step;
  }
}

function waitOf(step: Step): number | undefined {
  return step.kind === 'leave' ? step.waitMs : undefined;
}

/** The messenger's clock, made finer by ours where it counts whole seconds and never ahead of it; ours where it does not tell. */
function momentOf(consequence: Consequence, calledAt: Date): Date {
  const sentAt = consequence.status === 'sent' ? consequence.sentAt : undefined;
  if (!sentAt) return calledAt;
  const coarse = sentAt.getTime() % 1000 === 0 ? 999 : 0;
  return new Date(Math.min(Date.now(), sentAt.getTime() + coarse));
}
