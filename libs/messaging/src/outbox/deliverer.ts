import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { newId } from '#database';
import { MessagingOptions } from '../messaging-options.js';
import { LaneRunner } from './lane-runner.js';
import { LanesRepository, type Lane, type Load } from './lanes.repository.js';

/** How many lanes one node runs at once, and of one channel: a slow channel never takes the others' places. */
const LANES = 32;
const LANES_PER_CHANNEL = 4;
/** Lanes fall due without anybody here hearing of it: another node's answer, a wait that is over, a dead node's lease. */
const LOOK_EVERY_MS = 500;

/** Claims chats with something to deliver and runs each lane on its own. */
@Injectable()
export class Deliverer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Deliverer.name);
  private readonly node = newId();
  private readonly running = new Map<string, { lane: Lane; done: Promise<void> }>();
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
    this.timer = setInterval(() => this.wake(), LOOK_EVERY_MS);
    this.wake();
  }

  /** Claims nothing more and waits for the calls under way, so that their fate is written down. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.looking;
    await Promise.all([...this.running.values()].map(({ done }) => done));
  }

  /** Something may be due. Returns at once. */
  wake(): void {
    if (this.stopped) return;
    this.lookAgain = true;
    this.looking ??= this.look().finally(() => (this.looking = undefined));
  }

  private async look(): Promise<void> {
    while (this.lookAgain && !this.stopped && this.running.size < LANES) {
      this.lookAgain = false;
      try {
        for (const lane of await this.claim()) this.start(lane);
      } catch (error) {
        this.logger.warn(`No lanes could be claimed: ${(error as Error).message}`);
      }
    }
  }

  private claim(): Promise<Lane[]> {
    const free = LANES - this.running.size;
    return this.lanes.claim(this.node, this.options.leaseMs, free, LANES_PER_CHANNEL, this.loads());
  }

  private start(lane: Lane): void {
    const done = this.runner
      .run(lane, this.node, () => this.stopped)
      .catch((error: Error) => this.logger.warn(`A lane was left to its lease: ${error.message}`))
      .finally(() => {
        this.running.delete(lane.chatId);
        this.wake();
      });
    this.running.set(lane.chatId, { lane, done });
  }

  private loads(): Load[] {
    const perChannel = new Map<string, number>();
    for (const { lane } of this.running.values()) {
      perChannel.set(lane.channelId, (perChannel.get(lane.channelId) ?? 0) + 1);
    }
    return [...perChannel].map(([channelId, running]) => ({ channelId, running }));
  }
}
