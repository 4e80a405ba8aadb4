import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Gauge, type Registry } from 'prom-client';
import { METRICS } from '#api-kit';
import { LogReaderRepository } from '../reading/log-reader.repository.js';
import { LogTail } from './log-tail.js';
import { StreamHub } from './stream-hub.js';

const MEASURE_MS = 5_000;

/** What an operator watches of the streams. */
@Injectable()
export class StreamMetrics implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly oldestWriter: Gauge;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(METRICS) registry: Registry,
    hub: StreamHub,
    tail: LogTail,
    private readonly log: LogReaderRepository,
  ) {
    const registers = [registry];
    new Gauge({
      name: 'parley_event_streams',
      help: 'Open event streams of this node',
      registers,
      collect() {
        this.set(hub.streams.size);
      },
    });
    new Gauge({
      name: 'parley_event_lag_seconds',
      help: 'Since when the streams of this node do not have everything that is committed; 0 without streams',
      registers,
      collect() {
        this.set(tail.isRunning ? (Date.now() - tail.caughtUpAt) / 1000 : 0);
      },
    });
    this.oldestWriter = new Gauge({
      name: 'parley_event_oldest_writer_seconds',
      help: 'Age of the oldest transaction that writes, which holds back every reader of the log',
      registers,
    });
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.measure(), MEASURE_MS).unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** What cannot be measured while the database is away keeps its last value; other figures say that it is away. */
  private async measure(): Promise<void> {
    const age = await this.log.oldestWriterSeconds().catch(() => undefined);
    if (age !== undefined) this.oldestWriter.set(age);
  }
}
