import { setTimeout as pauseFor } from 'node:timers/promises';
import type { Database } from './database.js';
import type { Tx } from './transaction.js';
import { newId } from './id.js';
import type { Leases } from './leases.repository.js';

const LOOK_EVERY_MS = 50;

/**
 * A lease that is kept up while something runs under it. It is lost when somebody else has it, and when it could not be
 * prolonged for so long that somebody else might.
 */
export class HeldLease {
  private readonly gone = new AbortController();
  private readonly heart: NodeJS.Timeout;
  private prolongedAt = performance.now();
  private beating: Promise<void> = Promise.resolve();

  private readonly stopped = () => this.gone.abort();

  private constructor(
    private readonly leases: Leases,
    private readonly name: string,
    private readonly holder: string,
    private readonly fence: string,
    private readonly ttlMs: number,
    private readonly stop: AbortSignal,
  ) {
    stop.addEventListener('abort', this.stopped, { once: true });
    if (stop.aborted) this.stopped();
    this.heart = setInterval(() => {
      this.beating = this.beat();
    }, ttlMs / 3);
  }

  /** Undefined while somebody else holds it. */
  static async take(leases: Leases, name: string, ttlMs: number, stop: AbortSignal): Promise<HeldLease | undefined> {
    const holder = newId();
    const lease = await leases.tryAcquire(name, holder, ttlMs);
    return lease && new HeldLease(leases, name, holder, lease.fence, ttlMs, stop);
  }

  /** The same for who waits for their turn; undefined where another's does not end within `patienceMs`. */
  static async takeWithin(
    patienceMs: number,
    leases: Leases,
    name: string,
    ttlMs: number,
  ): Promise<HeldLease | undefined> {
    const endless = new AbortController().signal;
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const lease = await HeldLease.take(leases, name, ttlMs, endless);
      if (lease || performance.now() > deadline) return lease;
      await pauseFor(LOOK_EVERY_MS);
    }
  }

  /** Aborted when the lease is lost, and when its holder is told to stop. */
  get over(): AbortSignal {
    return this.gone.signal;
  }

  /** Runs `work` in a transaction that commits only while the lease is ours; false when it is not. */
  write(database: Database, work: (tx: Tx) => Promise<void>): Promise<boolean> {
    return database.transaction(async (tx) => {
      if (!(await this.leases.isHeld(tx, this.name, this.fence))) return false;
      await work(tx);
      return true;
    });
  }

  async release(): Promise<void> {
    clearInterval(this.heart);
    this.stop.removeEventListener('abort', this.stopped);
    await this.beating;
    await this.leases.release(this.name, this.holder).catch(() => undefined);
  }

  private async beat(): Promise<void> {
    try {
      const lease = await this.leases.tryAcquire(this.name, this.holder, this.ttlMs);
      if (lease?.fence === this.fence) this.prolongedAt = performance.now();
      else this.gone.abort();
    } catch {
      if (performance.now() - this.prolongedAt > (this.ttlMs * 2) / 3) this.gone.abort();
    }
  }
}
