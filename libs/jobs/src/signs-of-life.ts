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
  /** The jobs that run here, each with the try it is: a job that failed may be back before its last end is forgotten. */
  private readonly running = new Map<string, symbol>();
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
    this.running.set(jobId, Symbol(jobId));
  }

  /** Its end may still be on the way to the database. */
  end(jobId: string): void {
    const ended = this.running.get(jobId);
    const forget = () => {
      if (this.running.get(jobId) === ended) this.running.delete(jobId);
    };
    setTimeout(forget, this.times.ttlMs).unref();
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
      await unlockUnheard(this.database, this.worker, [...this.running.keys()], this.times.ttlMs);
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
