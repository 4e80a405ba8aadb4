import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { withPatience } from '#database';
import { MessagingOptions } from '../messaging-options.js';
import { LaneRunner } from './lane-runner.js';
import { LanesRepository, type Lane, type Load } from './lanes.repository.js';

/** How many lanes of one channel a node runs at once: a slow channel never takes the others' places. */
const LANES_PER_CHANNEL = 8;
/** A bound for memory and sockets, far above what slow channels can take. */
const LANES = 2_000;
const CLAIMED_AT_ONCE = 64;
/** Lanes fall due without anybody here hearing of it: another node's answer, an echo, a dead node's lease. */
const LOOK_EVERY_MS = 500;
/** Longer than a lease no statement about a lane is of use. */
const STATEMENT_PATIENCE_MS = 10_000;

/** Claims chats with something to deliver and runs each lane on its own. */
@Injectable()
export class Deliverer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Deliverer.name);
  private readonly running = new Map<string, { lane: Lane; done: Promise<void> }>();
  private readonly alarms = new Set<NodeJS.Timeout>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private lookAgain = false;
  private stopped = true;

  constructor(
    private readonly lanes: LanesRepository,
    private readonly runner: LaneRunner,
    private readonly options: MessagingOptions,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.options.deliver) return;
    this.stopped = false;
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    this.wake();
  }

  /** Claims nothing more and waits for the calls under way, so that their fate is written down. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    for (const alarm of this.alarms) clearTimeout(alarm);
    await this.looking;
    await Promise.all([...this.running.values()].map(({ done }) => done));
  }

  /** Something may be due. Returns at once. */
  wake(): void {
    if (this.stopped) return;
    this.lookAgain = true;
    this.looking ??= withPatience(STATEMENT_PATIENCE_MS, () => this.claimAll()).finally(
      () => (this.looking = undefined),
    );
  }

  private async look(): Promise<void> {
    await withPatience(STATEMENT_PATIENCE_MS, () => this.lanes.endWaits()).catch((error: Error) =>
      this.logger.warn(`No waits could be ended: ${error.message}`),
    );
    this.wake();
  }

  private async claimAll(): Promise<void> {
    while (this.lookAgain && !this.stopped && this.running.size < LANES) {
      this.lookAgain = false;
      try {
        const claimed = await this.lanes.claim(this.options.leaseMs, CLAIMED_AT_ONCE, LANES_PER_CHANNEL, this.loads());
        for (const lane of claimed) this.start(lane);
        if (claimed.length === CLAIMED_AT_ONCE) this.lookAgain = true;
      } catch (error) {
        this.logger.warn(`No lanes could be claimed: ${(error as Error).message}`);
      }
    }
  }

  private start(lane: Lane): void {
    const done = withPatience(STATEMENT_PATIENCE_MS, () => this.runner.run(lane, () => this.stopped))
      .then(
        (waitMs) => this.wakeAfter(waitMs),
        (error: Error) => this.logger.warn(`A lane was left to its lease: ${error.message}`),
      )
      .finally(() => {
        this.running.delete(lane.holder);
        this.wake();
      });
    this.running.set(lane.holder, { lane, done });
  }

  /** To the point, where the regular look would come late. */
  private wakeAfter(waitMs: number | undefined): void {
    if (waitMs === undefined || this.stopped || waitMs > 600_000) return;
    const alarm = setTimeout(() => {
      this.alarms.delete(alarm);
      this.wake();
    }, waitMs + 1);
    this.alarms.add(alarm);
  }

  private loads(): Load[] {
    const perChannel = new Map<string, number>();
    for (const { lane } of this.running.values()) {
      perChannel.set(lane.channelId, (perChannel.get(lane.channelId) ?? 0) + 1);
    }
    return [...perChannel].map(([channelId, running]) => ({ channelId, running }));
  }
}
