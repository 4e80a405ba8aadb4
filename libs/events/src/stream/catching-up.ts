import { Injectable } from '@nestjs/common';
import { isLost } from '../reading/event-reader.js';
import { LogReaderRepository, type LogPage } from '../reading/log-reader.repository.js';
import { placeOf, type Place } from '../reading/position.js';
import { hears } from '../reading/viewer.js';
import type { EventStream } from './event-stream.js';
import { News } from './news.js';
import { StreamHub } from './stream-hub.js';

const AT_ONCE = 500;
/** After a restart everybody comes back at once: few read at a time, so that the house's other work goes on. */
const READERS = 4;

/** Brings a stream from where its reader was to the present, and hands it over without a gap or a repetition. */
@Injectable()
export class CatchingUp {
  private readonly waiting: (() => void)[] = [];
  private free = READERS;

  constructor(
    private readonly log: LogReaderRepository,
    private readonly hub: StreamHub,
  ) {}

  /** `after`: the last event the reader has, or undefined for whoever begins. */
  async join(stream: EventStream, after: string | undefined): Promise<void> {
    if (after === undefined) return this.hub.attachAtPresent(stream, true);
    const { epoch, position } = placeOf(after);
    stream.position = position;
    if (epoch !== this.hub.epoch) return this.hub.attachAtPresent(stream, false);
    // A place behind what this node has read may be another node's, or nobody's: the log tells.
    let isProved = !this.hub.isAhead(stream);
    while (stream.isOpen) {
      const missed = isProved ? this.hub.newsAfter(stream) : undefined;
      if (missed) {
        for (const one of missed) if (hears(stream.ears, one.audience)) stream.tell(one);
        return this.hub.attach(stream);
      }
      const page = await this.read(stream);
      if (isLost({ epoch, position: stream.position } satisfies Place, page)) {
        return this.hub.attachAtPresent(stream, false);
      }
      tell(stream, page);
      isProved = true;
      await stream.drained();
    }
  }

  private async read(stream: EventStream): Promise<LogPage> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await this.log.page(stream.position, AT_ONCE);
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}

function tell(stream: EventStream, page: LogPage): void {
  for (const event of page.events) if (hears(stream.ears, event.audience)) stream.tell(new News(page.epoch, event));
  stream.position = page.end;
  stream.flush();
}
