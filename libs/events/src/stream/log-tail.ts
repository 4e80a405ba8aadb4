import { setTimeout as pauseFor } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { isLost } from '../reading/event-reader.js';
import { LogReaderRepository, type LogPage } from '../reading/log-reader.repository.js';
import { BEGINNING, type Position } from '../reading/position.js';
import { News } from './news.js';

/** Who is told what the tail of the log brings. */
export interface TailReader {
  news(news: readonly News[]): void;
  /** Events may be missing: everybody must start afresh from where the tail is now. */
  lost(): void;
}

/** Rows, each one event or what a batch of messages tells. */
const AT_ONCE = 128;
/** Under load several commits are read together: the more events a look finds, the later the next one. */
const BREATH_MS = 10;
const BREATH_PER_EVENT_MS = 0.25;
const LONGEST_BREATH_MS = 50;
/** While an open transaction holds events back. */
const LONGEST_HELD_BREATH_MS = 100;

/** Where the log ends, read once for all streams of this node. Asleep until it is started. */
@Injectable()
export class LogTail {
  epoch = '';
  position: Position = BEGINNING;
  /** When the tail was last known to have everything that could be read. */
  caughtUpAt = Date.now();
  private readonly logger = new Logger('Events');
  private reader: TailReader | undefined;
  private reading: Promise<void> | undefined;
  private wanted = false;

  constructor(private readonly log: LogReaderRepository) {}

  get isRunning(): boolean {
    return this.reader !== undefined;
  }

  /** Begins at the present. */
  async start(reader: TailReader): Promise<void> {
    await this.reading;
    const { epoch, last } = await this.log.tail(BEGINNING, 1);
    this.epoch = epoch;
    this.position = last;
    this.reader = reader;
  }

  stop(): void {
    this.reader = undefined;
  }

  /** Looks for what is new, soon. */
  look(): void {
    this.wanted = true;
    if (!this.reader) return;
    this.reading ??= this.readOn().finally(() => {
      this.reading = undefined;
      if (this.wanted) this.look();
    });
  }

  private async readOn(): Promise<void> {
    let breath = BREATH_MS;
    try {
      while (this.wanted && this.reader) {
        this.wanted = false;
        const page = await this.log.tail(this.position, AT_ONCE);
        this.take(page);
        const isStuck = page.held && page.events.length === 0;
        breath = isStuck ? Math.min(breath * 2, LONGEST_HELD_BREATH_MS) : breathAfter(page);
        await pauseFor(breath);
      }
    } catch (error) {
      // The next wake-up or the slow poll looks again.
      this.logger.warn(`the event log cannot be read: ${error instanceof Error ? error.message : 'error'}`);
    }
  }

  private take(page: LogPage): void {
    if (isLost(this, page)) {
      this.epoch = page.epoch;
      this.position = page.last;
      this.reader?.lost();
      return;
    }
    this.position = page.end;
    this.wanted ||= page.held || page.more;
    if (!page.more && !page.held) this.caughtUpAt = Date.now();
    if (page.events.length > 0) this.reader?.news(page.events.map((event) => new News(page.epoch, event)));
  }
}

function breathAfter({ events, more }: LogPage): number {
  return more ? BREATH_MS : Math.min(BREATH_MS + events.length * BREATH_PER_EVENT_MS, LONGEST_BREATH_MS);
}
