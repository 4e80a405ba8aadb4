import { setImmediate as nextTurn, setTimeout as pauseFor } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { sqlState } from '#database';
import type { InboundEvent } from '#messenger-kit';
import type { Delivery, Parcel } from './parcel.js';
import { Receiver } from './receiver.js';

/** The event was not taken and must be delivered again: the house is full, or its database cannot be reached. */
export class InboxUnavailable extends Error {}

interface Waiting {
  readonly parcel: Parcel;
  readonly since: number;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

const BATCH = 256;
const CAPACITY = 4096;
/** A messenger waits longer than this, but answering late helps nobody once the database hangs. */
const PATIENCE_MS = 8_000;
const PAUSES_MS = [50, 250];
const INSIST_MS = 1_000;

/**
 * Gathers events while the previous batch is being committed: an idle server commits at once, a busy one commits many
 * together. What was accepted is committed when `take` resolves; what rejects may be delivered again without harm.
 * One batch at a time: two at once were measured and gained nothing on two cores.
 */
@Injectable()
export class Inbox {
  private readonly logger = new Logger(Inbox.name);
  private readonly queue: Waiting[] = [];
  private running = false;

  constructor(private readonly receiver: Receiver) {}

  /** Rejects with `InboxUnavailable` when the events could not be committed; then some of them may have been. */
  take(delivery: Delivery, events: readonly InboundEvent[]): Promise<void> {
    if (events.length === 0) return Promise.resolve();
    if (this.queue.length >= CAPACITY) return Promise.reject(new InboxUnavailable('Too many events are waiting'));
    return new Promise((resolve, reject) => {
      let open = events.length;
      const since = performance.now();
      const done = () => {
        open -= 1;
        if (open === 0) resolve();
      };
      for (const event of events) this.queue.push({ parcel: { delivery, event }, since, done, failed: reject });
      if (!this.running) {
        this.running = true;
        void this.drain();
      }
    });
  }

  /** What has arrived already is read before a batch is cut: one turn of the event loop, no timer. */
  private async drain(): Promise<void> {
    while (this.queue.length > 0) {
      await nextTurn();
      const batch = this.queue.splice(0, BATCH);
      const oldest = performance.now() - PATIENCE_MS;
      const late = batch.filter((waiting) => waiting.since < oldest);
      for (const { failed } of late) failed(new InboxUnavailable('The database is too slow'));
      await this.commit(late.length > 0 ? batch.filter((waiting) => waiting.since >= oldest) : batch);
    }
    this.running = false;
  }

  /** Halves a batch the database refuses as data until the culprit stands alone; it goes to quarantine. */
  private async commit(batch: readonly Waiting[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      await this.insist(() => this.receiver.receive(batch.map(({ parcel }) => parcel)));
    } catch (error) {
      if (!isRefusedAsData(error)) return this.giveUp(batch, error);
      if (batch.length > 1) {
        const middle = Math.ceil(batch.length / 2);
        await this.commit(batch.slice(0, middle));
        return this.commit(batch.slice(middle));
      }
      return this.quarantine(batch[0]!, error);
    }
    for (const { done } of batch) done();
  }

  private async quarantine(culprit: Waiting, error: unknown): Promise<void> {
    const reason = `database_refused_${sqlState(error)}`;
    this.logger.warn(`An event of ${culprit.parcel.delivery.messenger} goes to quarantine: ${reason}`);
    try {
      await this.insist(() => this.receiver.quarantine(culprit.parcel, reason));
      culprit.done();
    } catch (secondError) {
      this.giveUp([culprit], secondError);
    }
  }

  private giveUp(batch: readonly Waiting[], error: unknown): void {
    this.logger.error(`${batch.length} events could not be committed: ${(error as Error).message}`);
    for (const { failed } of batch) failed(new InboxUnavailable('The database cannot be reached'));
  }

  /**
   * Every error but refused data is worth another try or two: a failover, a full disk that was emptied. A database that
   * took long to fail is not asked again: the messenger shall hear soon that its event was not taken.
   */
  private async insist(work: () => Promise<void>): Promise<void> {
    const began = performance.now();
    for (const pause of PAUSES_MS) {
      try {
        return await work();
      } catch (error) {
        if (isRefusedAsData(error) && sqlState(error) !== UNIQUE_VIOLATION) throw error;
        if (performance.now() - began > INSIST_MS) throw error;
        await pauseFor(pause);
      }
    }
    return work();
  }
}

/** May be a race with another node that the next look resolves. */
const UNIQUE_VIOLATION = '23505';

/** Classes 22 and 23: bad data; 54: data beyond a limit of the database's own. */
function isRefusedAsData(error: unknown): boolean {
  return /^(22|23|54)/.test(sqlState(error) ?? '');
}
