import { setTimeout as pauseFor } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { sqlState } from '#database';
import type { Verdict } from './load.js';
import type { Receiver } from './receiver.js';
import type { RecentEvents } from './recent-events.js';
import { InboxUnavailable, type Waiting } from './waiting.js';

/** Stores what waits in one transaction, and answers it; not what it left untouched, which waits on elsewhere. */
export type Store = (batch: readonly Waiting[]) => Promise<readonly Waiting[]>;

const PAUSES_MS = [50, 250];
const INSIST_MS = 1_000;

/** Insists on storing a batch until the fate of each of its events is known. */
export class Storing {
  private readonly logger = new Logger(Storing.name);

  constructor(
    private readonly receiver: Receiver,
    private readonly recent: RecentEvents,
  ) {}

  /**
   * Resolves when the fate of the batch is known, with what tells the waiting; not those whom `store` did not answer. A
   * batch the database refuses as data is halved until the culprit stands alone; it goes to quarantine, unless it is a message
   * that is there already.
   */
  async commit(batch: readonly Waiting[], store: Store): Promise<() => void> {
    try {
      const stored = await this.insist(batch, () => store(batch));
      return () => tell(stored);
    } catch (error) {
      if (!isRefusedAsData(error)) return this.givingUp(batch, error);
      if (batch.length === 1) return this.setAside(batch[0]!, error);
      const middle = Math.ceil(batch.length / 2);
      const first = await this.commit(batch.slice(0, middle), store);
      const second = await this.commit(batch.slice(middle), store);
      return () => {
        first();
        second();
      };
    }
  }

  private async setAside(culprit: Waiting, error: unknown): Promise<() => void> {
    const { parcel } = culprit;
    try {
      await this.insist([culprit], async () => {
        const isKnown = isIdTaken(error) && (await this.receiver.hasReceived(parcel));
        const verdict = isKnown ? KNOWN : refusedBecauseOf(error);
        this.logger.warn(`An event of ${parcel.delivery.messenger} is ${verdict.outcome}: ${verdict.reason}`);
        await this.receiver.setAside(parcel, verdict);
      });
      return culprit.done;
    } catch (secondError) {
      return this.givingUp([culprit], secondError);
    }
  }

  private givingUp(batch: readonly Waiting[], error: unknown): () => void {
    this.recent.forget();
    this.logger.error(`${batch.length} events could not be committed: ${(error as Error).message}`);
    return () => {
      for (const { failed } of batch) failed(new InboxUnavailable('The database cannot be reached'));
    };
  }

  /**
   * Every error but refused data is worth another try or two: a failover, a full disk that was emptied. A database that
   * took long to fail is not asked again: the messenger shall hear soon that its event was not taken. It goes again without
   * guesses at what is known.
   */
  private async insist<T>(batch: readonly Waiting[], work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    for (const pause of PAUSES_MS) {
      try {
        return await work();
      } catch (error) {
        if (isRefusedAsData(error) && sqlState(error) !== UNIQUE_VIOLATION) throw error;
        this.recent.forget();
        for (const { parcel } of batch) parcel.earlier = undefined;
        if (performance.now() - began > INSIST_MS) throw error;
        await pauseFor(pause);
      }
    }
    return work();
  }
}

function tell(batch: readonly Waiting[]): void {
  for (const { done } of batch) done();
}

/** May be a race with another node that the next look resolves. */
const UNIQUE_VIOLATION = '23505';

/** It came before as an event of another key: handed in by a program, and now brought by its messenger, or the reverse. */
const KNOWN: Verdict = { outcome: 'ignored', reason: 'message_known' };

/** By a message received before, which is this one; or by one of ours, which is not. */
function isIdTaken(error: unknown): boolean {
  const { constraint } = error as { readonly constraint?: string };
  return sqlState(error) === UNIQUE_VIOLATION && constraint === 'messages_external';
}

function refusedBecauseOf(error: unknown): Verdict {
  return { outcome: 'quarantined', reason: `database_refused_${sqlState(error)}` };
}

/** Classes 22 and 23: bad data; 54: data beyond a limit of the database's own. */
function isRefusedAsData(error: unknown): boolean {
  return /^(22|23|54)/.test(sqlState(error) ?? '');
}
