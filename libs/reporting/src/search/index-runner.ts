import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { SearchIndexer } from './search-indexer.js';

const EVERY_MS = 1_000;
/** How much longer than it works it rests. */
const REST = 4;

/** Keeps the search index up with what is said. Works a fifth of the time at most, so that live paths keep their share. */
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
    for (let began = performance.now(); (await this.indexer.step()) === 'behind'; began = performance.now()) {
      await sleep((performance.now() - began) * REST, undefined, { signal: this.ended.signal }).catch(() => undefined);
      if (this.ended.signal.aborted) return;
    }
  }
}
