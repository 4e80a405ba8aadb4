import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { WakeUps } from '#events';
import { Courier } from './courier.js';
import { Dispatcher } from './dispatcher.js';
import { WebhooksOptions } from './webhooks-options.js';

const POLL_MS = 1_000;
/** Under load many events are taken along together. */
const BREATH_MS = 100;

/** Goes round between the log and the endpoints: when something happened, and now and then. */
@Injectable()
export class Rounds implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Webhooks');
  private timer: NodeJS.Timeout | undefined;
  private going: Promise<void> | undefined;
  private wanted = false;
  private stopped = false;

  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly courier: Courier,
    private readonly wakeUps: WakeUps,
    private readonly options: WebhooksOptions,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.options.deliver) return;
    this.wakeUps.onWake(() => this.goSoon());
    this.timer = setInterval(() => this.goSoon(), POLL_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.going;
    await this.courier.finish();
  }

  private goSoon(): void {
    this.wanted = true;
    if (this.stopped) return;
    this.going ??= this.go().finally(() => {
      this.going = undefined;
      if (this.wanted) this.goSoon();
    });
  }

  private async go(): Promise<void> {
    this.wanted = false;
    try {
      if (await this.dispatcher.dispatch()) this.wanted = true;
      await this.courier.deliver(() => this.goSoon());
    } catch (error) {
      // Nothing is lost: the next round finds it.
      this.wanted = false;
      this.logger.warn(`webhooks wait: ${error instanceof Error ? error.message : 'error'}`);
    }
    await new Promise((resolve) => setTimeout(resolve, BREATH_MS));
  }
}
