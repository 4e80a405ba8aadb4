import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Jobs } from '#jobs';
import { EventsOptions } from '../events-options.js';
import { LogReaderRepository } from './log-reader.repository.js';

const AT_ONCE = 5_000;
const DAY_MS = 86_400_000;

/** Events are kept for some days. Readers who come back later are told to start afresh. */
@Injectable()
export class Retention {
  constructor(
    private readonly database: Database,
    private readonly log: LogReaderRepository,
    private readonly options: EventsOptions,
    jobs: Jobs,
  ) {
    jobs.schedule('events.retention', '23 * * * *', () => this.dropOld());
  }

  /** In small transactions, which hold nobody up. */
  async dropOld(now = Date.now()): Promise<void> {
    const until = new Date(now - this.options.keepDays * DAY_MS);
    let dropped: number;
    do {
      dropped = await this.database.transaction((tx) => this.log.dropOldest(tx, until, AT_ONCE));
    } while (dropped === AT_ONCE);
  }
}
