import { randomBytes } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Database, Settings } from '#database';
import { clusterOf, holdEpoch, settleForeignEvents, type Cluster, type Epoch } from './epoch.repository.js';

/**
 * Cursors are worth something within one epoch of the log. A restore from a backup, a move to another cluster and the
 * promotion of a standby begin a new one, because transactions may be lost or numbered anew: readers must fetch afresh.
 */
@Injectable()
export class LogEpoch implements OnApplicationBootstrap {
  private readonly logger = new Logger('Events');

  constructor(
    private readonly database: Database,
    private readonly settings: Settings,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.database.dataSource.isInitialized) await this.check();
  }

  /** Begins a new epoch where the log is no longer where it was. To be called after connecting to the database anew. */
  async check(): Promise<void> {
    const begun = await this.database.transaction(async (tx) => {
      const cluster = await clusterOf(tx);
      const fresh: Epoch = { id: randomBytes(6).toString('base64url'), ...cluster };
      const stored = await holdEpoch(tx, fresh);
      if (isSame(stored, cluster)) return false;
      if (stored.system !== cluster.system) await settleForeignEvents(tx);
      await this.settings.set(tx, 'events.epoch', fresh);
      return true;
    });
    if (begun) this.logger.warn('the database is another one than before: readers of events are told to start afresh');
  }
}

function isSame(stored: Cluster, found: Cluster): boolean {
  return stored.system === found.system && stored.timeline === found.timeline && stored.copy === found.copy;
}
