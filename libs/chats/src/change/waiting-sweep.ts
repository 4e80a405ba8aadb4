import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Database, isUnavailable } from '#database';
import { EventLog } from '#events';
import { MessageChanges } from './message-changes.js';
import { type WaitingChange, WaitingChangesRepository } from './waiting-changes.repository.js';

const EVERY_MS = 2_000;
const AT_ONCE = 256;
const FORGET_AFTER_DAYS = 7;
const FORGET_AT_ONCE = 1_000;

/**
 * Finds changes whose message was being stored by another transaction just when they looked for it, and forgets those
 * whose message never came. Every node may do it: what one looks at the others pass over.
 */
@Injectable()
export class WaitingSweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(WaitingSweep.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly waiting: WaitingChangesRepository,
    private readonly changes: MessageChanges,
    private readonly events: EventLog,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.wake(), EVERY_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** Looks at what is due now. */
  async sweep(): Promise<void> {
    const due = await this.waiting.due(AT_ONCE);
    if (due.length > 0) await this.look(due);
    await this.waiting.forget(FORGET_AFTER_DAYS, FORGET_AT_ONCE);
  }

  private wake(): void {
    this.running ??= this.sweep()
      .catch((error: Error) => this.logger.warn(`Waiting changes could not be looked at: ${error.message}`))
      .finally(() => (this.running = undefined));
  }

  /** One that the database refuses must not keep the others waiting. */
  private async look(due: readonly WaitingChange[]): Promise<void> {
    try {
      await this.database.transaction(async (tx) => {
        await this.events.record(tx, await this.changes.retry(tx, due, new Date()));
      });
    } catch (error) {
      if (isUnavailable(error)) throw error;
      if (due.length > 1) for (const change of due) await this.look([change]);
      else this.logger.warn(`Change ${due[0]!.id} cannot be applied: ${(error as Error).message}`);
    }
  }
}
