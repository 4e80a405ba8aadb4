import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { withPatience } from '#database';
import { Channels } from '#registration';
import { MessagingOptions } from '../messaging-options.js';
import { ChannelPoller } from './channel-poller.js';

/** How soon a channel that is switched on or off is noticed, and one whose node died is taken over after its lease. */
const LOOK_EVERY_MS = 1_000;
/** Longer than a lease no statement about it is of use. */
const STATEMENT_PATIENCE_MS = 10_000;

interface Running {
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/** Polls the channels whose messenger cannot call us, each by one node of the fleet. */
@Injectable()
export class PollingRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(PollingRunner.name);
  private readonly running = new Map<string, Running>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly channels: Channels,
    private readonly poller: ChannelPoller,
    private readonly options: MessagingOptions,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.options.deliver) return;
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    this.look();
  }

  /** Breaks off what only waits; what came already is committed, and the leases are given back. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.looking;
    for (const { stop } of this.running.values()) stop.abort();
    await Promise.all([...this.running.values()].map(({ done }) => done));
  }

  private look(): void {
    this.looking ??= withPatience(STATEMENT_PATIENCE_MS, () => this.compare())
      .catch((error: Error) => this.logger.warn(`No channels could be polled: ${error.message}`))
      .finally(() => (this.looking = undefined));
  }

  private async compare(): Promise<void> {
    const wanted = await this.channels.polled();
    if (this.stopped) return;
    const ids = new Set(wanted.map(({ id }) => id));
    for (const [id, { stop }] of this.running) if (!ids.has(id)) stop.abort();
    for (const channel of wanted) {
      if (this.running.has(channel.id)) continue;
      const stop = new AbortController();
      const done = withPatience(STATEMENT_PATIENCE_MS, () => this.poller.run(channel, stop.signal))
        .catch((error: Error) => this.logger.warn(`Channel ${channel.id} cannot be polled: ${error.message}`))
        .finally(() => this.running.delete(channel.id));
      this.running.set(channel.id, { stop, done });
    }
  }
}
