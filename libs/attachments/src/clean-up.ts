import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '#database';
import { Jobs } from '#jobs';
import { AttachmentRepository } from './attachment.repository.js';
import { NOT_FETCHED } from './fetch-job.js';
import { Fetches } from './fetches.js';
import { Spool } from './spool.js';
import { Storage } from './storage/storage.js';

const EVERY_HALF_HOUR = '11,41 * * * *';
const AT_ONCE = 200;
/** Longer than a job is tried: nothing comes of it any more. */
const STUCK_HOURS = 33 * 24;

/** Removes uploads nobody used, what was discarded, and what crashes left. Anything may interrupt it: it goes on next time. */
@Injectable()
export class CleanUp implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly database: Database,
    private readonly repository: AttachmentRepository,
    private readonly fetches: Fetches,
    private readonly storage: Storage,
    private readonly spool: Spool,
  ) {}

  onModuleInit(): void {
    this.jobs.schedule('attachments.clean-up', EVERY_HALF_HOUR, () => this.run());
  }

  async run(): Promise<void> {
    await this.spool.sweep();
    for (const { id } of await this.repository.stuck(this.database, STUCK_HOURS, AT_ONCE))
      await this.fetches.end(id, { state: 'failed', failure: NOT_FETCHED });
    while ((await this.removeSome()) === AT_ONCE);
  }

  /** First the rows say that it is over, then the content goes, last the rows: no row ever promises what is not there. */
  private async removeSome(): Promise<number> {
    const expired = await this.repository.endExpired(this.database, 'This upload was not used in time.', AT_ONCE);
    for (const { storageKey } of expired) await this.storage.remove(storageKey);
    const ids = expired.map(({ id }) => id);
    if (ids.length > 0) await this.repository.remove(this.database, ids);
    return expired.length;
  }
}
