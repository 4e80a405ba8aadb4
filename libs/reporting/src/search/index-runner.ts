import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { SearchIndexer } from './search-indexer.js';

const EVERY_MS = 1_000;
/** How much longer than it works it rests, and how much longer while the process is busy with other things. */
const REST = { usual: 4, busy: 16 };
/** The share of its time in which a busy process works. */
const BUSY = 0.6;

/**
 * Keeps the search index up with what is said. Works a fifth of the time at most, and less beside much other work: what
 * is said is found a little later then, and live paths keep their share.
 */
@Injectable()
export class IndexRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Search');
  private readonly ended = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(private readonly indexer: SearchIndexer) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.wake(), EVERY_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.ended.abort();
    await this.running;
  }

  private wake(): void {
    this.running ??= this.catchUp()
      .catch((error: Error) => this.logger.warn(`The search index could not be brought up to date: ${error.message}`))
      .finally(() => (this.running = undefined));
  }

  private async catchUp(): Promise<void> {
    let rest = REST.usual;
    for (let began = performance.now(); (await this.indexer.step()) === 'behind'; began = performance.now()) {
      const worked = performance.now() - began;
      const before = performance.eventLoopUtilization();
      await sleep(worked * rest, undefined, { signal: this.ended.signal }).catch(() => undefined);
      if (this.ended.signal.aborted) return;
      rest = performance.eventLoopUtilization(before).utilization > BUSY ? REST.busy : REST.usual;
    }
  }
}
