import { Inject, Injectable } from '@nestjs/common';
import { Counter, type Registry } from 'prom-client';
import { METRICS } from '#api-kit';
import { Durations } from './durations.js';

/** What an operator watches of the receiving path. */
@Injectable()
export class ReceivingMetrics {
  private readonly events: Counter<'messenger'>;
  private readonly refusals: Counter<'messenger'>;
  private readonly old: Counter<'messenger'>;
  private readonly seconds: Durations;
  /** Events of each messenger that are not counted yet: a label costs more than the count. */
  private readonly uncounted = new Map<string, number>();

  constructor(@Inject(METRICS) registry: Registry) {
    const registers = [registry];
    this.events = new Counter({
      name: 'parley_webhook_events_total',
      help: 'Events of authentic webhook calls, committed, duplicates among them',
      labelNames: ['messenger'],
      registers,
      collect: () => this.count(),
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
    const bounds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];
    this.seconds = new Durations('parley_webhook_commit_seconds', 'From authentic call to commit', bounds, registry);
  }

  refused(messenger: string): void {
    this.refusals.inc({ messenger });
  }

  underOldSecret(messenger: string): void {
    this.old.inc({ messenger });
  }

  /** One call's events are committed; `began` is when it had proved who it is, by `performance.now()`. */
  committed(messenger: string, events: number, began: number): void {
    this.uncounted.set(messenger, (this.uncounted.get(messenger) ?? 0) + events);
    this.seconds.observe((performance.now() - began) / 1000);
  }

  private count(): void {
    for (const [messenger, events] of this.uncounted) this.events.inc({ messenger }, events);
    this.uncounted.clear();
  }
}
