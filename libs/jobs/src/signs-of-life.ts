import { Logger } from '@nestjs/common';
import { newId, type Database, type Leases } from '#database';
import { missingWorkers, unlockJobsOf, unlockUnheard } from './jobs.repository.js';

const PREFIX = 'jobs-worker/';
const FORGET_MS = 24 * 3_600_000;

export interface LifeTimes {
  /** A worker without a sign for this long is dead. */
  readonly ttlMs: number;
  readonly beatMs: number;
}

export const LIFE_TIMES: LifeTimes = { ttlMs: 15_000, beatMs: 3_000 };

/** Renews the lease of this node's workers, and frees the jobs of workers whose node died. */
export class SignsOfLife {
  private readonly logger = new Logger('Jobs');
  private readonly holder = newId();
  private readonly running = new Set<string>();
  private worker: string | undefined;
  private missingBefore: ReadonlySet<string> = new Set();
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly leases: Leases,
    private readonly times: LifeTimes = LIFE_TIMES,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.beat(), this.times.beatMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.beating;
  }

  /** From now on jobs are locked under this name. */
  show(worker: string): void {
    this.worker = worker;
    this.beat();
  }

  hide(): void {
    this.worker = undefined;
  }

  begin(jobId: string): void {
    this.running.add(jobId);
  }

  /** Its end may still be on the way to the database. */
  end(jobId: string): void {
    setTimeout(() => this.running.delete(jobId), this.times.ttlMs).unref();
  }

  /** A beat that fails is followed by the next one. */
  private beat(): void {
    this.beating ??= this.renew()
      .catch((error: unknown) => this.logger.warn(`no sign of life: ${error instanceof Error ? error.name : 'error'}`))
      .finally(() => (this.beating = undefined));
  }

  private async renew(): Promise<void> {
    if (this.worker) {
      await this.leases.tryAcquire(PREFIX + this.worker, this.holder, this.times.ttlMs);
      await unlockUnheard(this.database, this.worker, [...this.running], this.times.ttlMs);
    }
    const live = (await this.leases.live(PREFIX)).map((name) => name.slice(PREFIX.length));
    await this.freeJobsOfDead(live);
    await this.leases.forget(PREFIX, FORGET_MS);
  }

  /** Dead is who was missing twice: after an outage of the database everybody gets a beat's time to show themselves. */
  private async freeJobsOfDead(living: readonly string[]): Promise<void> {
    const missing = await missingWorkers(this.database, living, this.times.ttlMs);
    const dead = missing.filter((worker) => this.missingBefore.has(worker));
    this.missingBefore = new Set(missing);
    if (dead.length === 0) return;
    await unlockJobsOf(this.database, dead);
    this.logger.warn(`freed the jobs of ${dead.length} dead nodes`);
  }
}
