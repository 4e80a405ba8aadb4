import { Inject, Injectable } from '@nestjs/common';
import { Counter, Histogram, type Registry } from 'prom-client';
import { METRICS } from '#api-kit';

/** What an operator watches of the receiving path. */
@Injectable()
export class ReceivingMetrics {
  private readonly events: Counter<'messenger'>;
  private readonly refusals: Counter<'messenger'>;
  private readonly old: Counter<'messenger'>;
  private readonly seconds: Histogram;

  constructor(@Inject(METRICS) registry: Registry) {
    const registers = [registry];
    this.events = new Counter({
      name: 'parley_webhook_events_total',
      help: 'Events of authentic webhook calls, committed, duplicates among them',
      labelNames: ['messenger'],
      registers,
    });
    this.refusals = new Counter({
      name: 'parley_webhook_not_authentic_total',
      help: 'Webhook calls without a valid proof of their sender',
      labelNames: ['messenger'],
      registers,
    });
    this.old = new Counter({
      name: 'parley_webhook_old_secret_total',
      help: 'Authentic webhook calls whose proof was made with a secret that is being replaced',
      labelNames: ['messenger'],
      registers,
    });
    this.seconds = new Histogram({
      name: 'parley_webhook_commit_seconds',
      help: 'From authentic call to commit',
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
      registers,
    });
  }

  refused(messenger: string): void {
    this.refusals.inc({ messenger });
  }

  underOldSecret(messenger: string): void {
    this.old.inc({ messenger });
  }

  /** One call's events are committed; `began` is when it had proved who it is, by `performance.now()`. */
  committed(messenger: string, events: number, began: number): void {
    this.events.inc({ messenger }, events);
    this.seconds.observe((performance.now() - began) / 1000);
  }
}
