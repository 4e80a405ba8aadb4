import { Inject, Injectable, Logger } from '@nestjs/common';
import { Gauge, type Registry } from 'prom-client';
import { METRICS } from '#api-kit';
import { Inbox } from '../inbox/inbox.js';
import { type Backlog, BacklogRepository } from './backlog.repository.js';

/** The gauges of one scrape share a look into the database. */
const REMEMBERED_MS = 1_000;
type Labels = 'messenger' | 'channel';

/** What an operator watches that should be near nothing. The figures of channels are the whole fleet's. */
@Injectable()
export class BacklogMetrics {
  private readonly logger = new Logger(BacklogMetrics.name);
  private look: { readonly at: number; readonly found: Promise<readonly Backlog[]> } | undefined;

  constructor(
    @Inject(METRICS) registry: Registry,
    inbox: Inbox,
    private readonly repository: BacklogRepository,
  ) {
    const gauge = (name: string, help: string, value: (backlog: Backlog) => number) =>
      this.perChannel(registry, name, help, value);
    gauge('parley_outbox_queued', 'Messages not handed to their messenger yet', ({ queued }) => queued);
    gauge('parley_outbox_oldest_seconds', 'How long the oldest of them waits', ({ oldestSeconds }) => oldestSeconds);
    gauge('parley_quarantined_events', 'Events that could not be stored', ({ quarantined }) => quarantined);
    new Gauge({
      name: 'parley_inbox_waiting_events',
      help: 'Events on this node that wait for their commit',
      registers: [registry],
      collect() {
        this.set(inbox.waiting);
      },
    });
  }

  private perChannel(registry: Registry, name: string, help: string, value: (backlog: Backlog) => number): void {
    const found = () => this.found();
    new Gauge<Labels>({
      name,
      help,
      labelNames: ['messenger', 'channel'],
      registers: [registry],
      async collect() {
        const backlogs = await found();
        this.reset();
        for (const one of backlogs) this.set({ messenger: one.messenger, channel: one.channelId }, value(one));
      },
    });
  }

  /** Nothing while the database is away: the other metrics are wanted then more than ever. */
  private found(): Promise<readonly Backlog[]> {
    const now = performance.now();
    if (this.look && now - this.look.at < REMEMBERED_MS) return this.look.found;
    const found = this.repository.perChannel().catch((error: Error) => {
      this.logger.warn(`The backlog is unknown: ${error.message}`);
      return [];
    });
    this.look = { at: now, found };
    return found;
  }
}
