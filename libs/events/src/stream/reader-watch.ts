import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { EventsOptions } from '../events-options.js';
import { Viewers } from '../reading/viewers.js';
import { StreamHub } from './stream-hub.js';

/** Asks again and again who the readers are today, for all of them at once; keeps their connections warm. */
@Injectable()
export class ReaderWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Events');
  private readonly timers: NodeJS.Timeout[] = [];
  private checking: Promise<void> | undefined;

  constructor(
    private readonly hub: StreamHub,
    private readonly viewers: Viewers,
    private readonly options: EventsOptions,
  ) {}

  onApplicationBootstrap(): void {
    const { heartbeatMs, recheckMs } = this.options;
    this.timers.push(setInterval(() => this.hub.beat(), heartbeatMs).unref());
    this.timers.push(setInterval(() => this.check(), recheckMs).unref());
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.checking;
  }

  /** While the database is away there is no news either, and so nothing that somebody might hear too long. */
  private check(): void {
    this.checking ??= this.recheck()
      .catch((error: unknown) => this.logger.warn(`readers: ${error instanceof Error ? error.message : 'error'}`))
      .finally(() => (this.checking = undefined));
  }

  private async recheck(): Promise<void> {
    const streams = [...this.hub.streams];
    const viewers = await this.viewers.ofAll(streams.map(({ caller }) => caller));
    const now = new Date();
    for (const stream of streams) {
      const viewer = viewers.get(stream.caller);
      if (!viewer || !stream.isOpen || (stream.expiresAt && stream.expiresAt <= now)) stream.end();
      else this.hub.retune(stream, viewer);
    }
  }
}
