import { setTimeout as pauseFor } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { RoutingRound } from './routing-round.js';
import { Routing } from './routing.js';
import { SituationRepository } from './situation.repository.js';

/** Offers end by the clock, to the second. */
const LOOK_EVERY_MS = 1_000;
/** What is asked for while nobody hears it, by a process that ended between its commit and its wish, is found so late. */
const LOOKS_BETWEEN_THOROUGH_ONES = 10;
/** Many wishes in a row become one round. */
const PAUSE_MS = 20;
/** A round that always finds more is left to the next look. */
const ROUNDS_IN_A_ROW = 1_000;

/**
 * Does the routing of this node: what is asked for at once, and what the clock brings. Every node may look; the rounds of
 * one queue follow each other, and the second finds nothing left to do.
 */
@Injectable()
export class RoutingRounds implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(RoutingRounds.name);
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> | undefined;
  private lookDue = false;
  private looks = 0;
  /** At start, and after a round that failed, anything may be left. */
  private thorough = true;
  private stopped = true;

  constructor(
    private readonly routing: Routing,
    private readonly situation: SituationRepository,
    private readonly round: RoutingRound,
  ) {}

  onApplicationBootstrap(): void {
    this.stopped = false;
    this.routing.onWish(() => this.wake());
    this.timer = setInterval(() => this.lookNow(), LOOK_EVERY_MS).unref();
    this.lookNow();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.routing.onWish(undefined);
    clearInterval(this.timer);
    await this.working;
  }

  /** Routes until there is nothing left to do. */
  async settle(): Promise<void> {
    for (;;) {
      const wishes = this.routing.take();
      const queues = [...(wishes ? await this.situation.wanted(wishes) : []), ...(await this.situation.due())];
      if (queues.length === 0) return;
      for (const queueId of new Set(queues)) await this.routeQueue(queueId);
    }
  }

  private lookNow(): void {
    this.lookDue = true;
    this.wake();
  }

  private wake(): void {
    if (this.stopped) return;
    this.working ??= this.work()
      .catch((error: Error) => {
        this.thorough = true;
        this.logger.warn(`Nothing could be routed: ${error.message}`);
      })
      .finally(() => {
        this.working = undefined;
      });
  }

  private async work(): Promise<void> {
    while (!this.stopped) {
      if (this.lookDue) await this.routeAll(await this.look());
      const wishes = this.routing.take();
      if (!wishes && !this.lookDue) return;
      if (wishes) await this.routeAll(await this.situation.wanted(wishes));
      await pauseFor(PAUSE_MS);
    }
  }

  private look(): Promise<string[]> {
    this.lookDue = false;
    this.looks += 1;
    const thorough = this.thorough || this.looks % LOOKS_BETWEEN_THOROUGH_ONES === 0;
    this.thorough = false;
    return thorough ? this.situation.due() : this.situation.expired();
  }

  /** A queue whose round fails must not keep the others waiting; the next look comes back to it. */
  private async routeAll(queueIds: readonly string[]): Promise<void> {
    for (const queueId of queueIds) {
      if (this.stopped) return;
      await this.routeQueue(queueId).catch((error: Error) =>
        this.logger.warn(`Queue ${queueId} could not be routed: ${error.message}`),
      );
    }
  }

  private async routeQueue(queueId: string): Promise<void> {
    for (let rounds = 0; rounds < ROUNDS_IN_A_ROW; rounds++) if (!(await this.round.run(queueId))) return;
  }
}
