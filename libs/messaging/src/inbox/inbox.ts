import { setTimeout as pauseFor } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { sqlState } from '#database';
import type { InboundEvent } from '#messenger-kit';
import type { Verdict } from './load.js';
import type { Delivery, Parcel } from './parcel.js';
import { Receiver } from './receiver.js';
import { RecentEvents, type Taking } from './recent-events.js';

/** The event was not taken and must be delivered again: the house is full, or its database cannot be reached. */
export class InboxUnavailable extends Error {}

/** A batch under way. */
interface Batch {
  readonly size: number;
  readonly mayOverlap: boolean;
}

interface Waiting {
  readonly parcel: Parcel;
  readonly since: number;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

/** No more: the event log has as many ids for the messages of a batch (decision 0023). */
const BATCH = 256;
const CAPACITY = 4096;
/** A messenger waits longer than this, but answering late helps nobody once the database hangs. */
const PATIENCE_MS = 8_000;
const PAUSES_MS = [50, 250];
const INSIST_MS = 1_000;

/**
 * Gathers events while what came before is being committed: an idle server commits at once, a busy one commits many
 * together. What was accepted is committed when `take` resolves; what rejects may be delivered again without harm.
 * Batches are committed in the order they were cut. Two at most are under way, so that the database has the next one at
 * hand when it is done with one; the second is cut when it is as large as the first: a smaller one costs more than it gains.
 * What comes again while it is under way in another batch waits for that, and is then most likely known.
 */
@Injectable()
export class Inbox {
  private readonly logger = new Logger(Inbox.name);
  private readonly queue: Waiting[] = [];
  private readonly underWay: Batch[] = [];
  private readonly recent = new RecentEvents();
  private looking = false;
  private welcomed: Promise<unknown> = Promise.resolve();

  constructor(private readonly receiver: Receiver) {}

  /** How many events wait to be committed, those under way not counted. */
  get waiting(): number {
    return this.queue.length;
  }

  /**
   * Resolves with how many events were committed. Rejects with `InboxUnavailable` when they could not be; then some of them
   * may have been.
   */
  take(delivery: Delivery, events: readonly InboundEvent[]): Promise<number> {
    if (events.length === 0) return Promise.resolve(0);
    if (this.queue.length >= CAPACITY) return Promise.reject(new InboxUnavailable('Too many events are waiting'));
    return new Promise((resolve, reject) => {
      let open = events.length;
      const since = performance.now();
      const done = () => {
        open -= 1;
        if (open === 0) resolve(events.length);
      };
      for (const event of events) {
        const parcel = { delivery, event, earlier: undefined };
        this.queue.push({ parcel, since, done, failed: reject });
      }
      this.lookSoon();
    });
  }

  /** What has arrived already is read before a batch is cut: one turn of the event loop, no timer. */
  private lookSoon(): void {
    if (this.looking) return;
    this.looking = true;
    setImmediate(() => {
      this.looking = false;
      this.look();
    });
  }

  private look(): void {
    if (this.queue.length === 0) return;
    const [before] = this.underWay;
    if (!before) return this.start();
    if (this.underWay.length > 1 || !before.mayOverlap || this.queue.length < before.size) return;
    if (this.queue.slice(0, BATCH).every(mayOverlap)) this.start();
  }

  /** The next batch is on its way before the answers to this one are written. */
  private start(): void {
    const taking = { committed: false };
    const waiting = this.cut(taking);
    if (waiting.length === 0) return this.underWay.length > 0 ? undefined : this.lookSoon();
    const batch = { size: waiting.length, mayOverlap: waiting.every(mayOverlap) };
    this.underWay.push(batch);
    void this.commit(waiting, (parcels) => this.receiver.receive(parcels)).then((answer) => {
      taking.committed = true;
      this.underWay.splice(this.underWay.indexOf(batch), 1);
      this.look();
      answer();
    });
  }

  /** What goes next. An event that is under way in another batch stays in the queue until that is committed, or forgotten. */
  private cut(taking: Taking): readonly Waiting[] {
    const oldest = performance.now() - PATIENCE_MS;
    const batch: Waiting[] = [];
    const twins: Waiting[] = [];
    for (const waiting of this.queue.splice(0, BATCH)) {
      const { parcel, since, failed } = waiting;
      if (since < oldest) {
        failed(new InboxUnavailable('The database is too slow'));
        continue;
      }
      const earlier = this.recent.find(parcel.event);
      if (earlier && earlier !== taking && !earlier.committed) {
        twins.push(waiting);
        continue;
      }
      parcel.earlier = earlier;
      if (!earlier) this.recent.add(parcel.event, taking);
      batch.push(waiting);
    }
    if (twins.length > 0) this.queue.unshift(...twins);
    return batch;
  }

  /**
   * Resolves when the fate of the whole batch is known, with what tells the waiting. Messages of those who have no open
   * chat are taken after the others. A batch the database refuses as data is halved until the culprit stands alone; it
   * goes to quarantine, unless it is a message that is there already.
   */
  private async commit(batch: readonly Waiting[], take: Take): Promise<() => void> {
    try {
      const left = await this.insist(() => take(batch.map(({ parcel }) => parcel)));
      if (!left || left.size === 0) return () => tell(batch);
      const strangers = batch.filter(({ parcel }) => left.has(parcel));
      const welcome = await this.inTurn(() => this.commit(strangers, (parcels) => this.receiver.welcome(parcels)));
      return () => {
        tell(batch.filter(({ parcel }) => !left.has(parcel)));
        welcome();
      };
    } catch (error) {
      if (!isRefusedAsData(error)) return this.givingUp(batch, error);
      if (batch.length === 1) return this.setAside(batch[0]!, error);
      const middle = Math.ceil(batch.length / 2);
      const first = await this.commit(batch.slice(0, middle), take);
      const second = await this.commit(batch.slice(middle), take);
      return () => {
        first();
        second();
      };
    }
  }

  /** Of two batches with messages of one stranger the first opens the chat. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.welcomed.then(work);
    this.welcomed = result.catch(() => undefined);
    return result;
  }

  private async setAside(culprit: Waiting, error: unknown): Promise<() => void> {
    const verdict = isKnownMessage(error) ? KNOWN : refusedBecauseOf(error);
    this.logger.warn(`An event of ${culprit.parcel.delivery.messenger} is ${verdict.outcome}: ${verdict.reason}`);
    try {
      await this.insist(() => this.receiver.setAside(culprit.parcel, verdict));
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
   * took long to fail is not asked again: the messenger shall hear soon that its event was not taken.
   */
  private async insist<T>(work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    for (const pause of PAUSES_MS) {
      try {
        return await work();
      } catch (error) {
        if (isRefusedAsData(error) && sqlState(error) !== UNIQUE_VIOLATION) throw error;
        this.recent.forget();
        if (performance.now() - began > INSIST_MS) throw error;
        await pauseFor(pause);
      }
    }
    return work();
  }
}

type Take = (parcels: readonly Parcel[]) => Promise<ReadonlySet<Parcel> | void>;

/**
 * Whether its batch may be under way together with another: when each is one statement, because those share a connection
 * and keep their order.
 */
function mayOverlap({ parcel: { event } }: Waiting): boolean {
  if (event.kind !== 'message' || event.acknowledge !== undefined) return false;
  return !event.content.attachments && !event.content.unsupported;
}

function tell(batch: readonly Waiting[]): void {
  for (const { done } of batch) done();
}

/** May be a race with another node that the next look resolves. */
const UNIQUE_VIOLATION = '23505';

/** It came before as an event of another key: handed in by a program, and now brought by its messenger, or the reverse. */
const KNOWN: Verdict = { outcome: 'ignored', reason: 'message_known' };

function isKnownMessage(error: unknown): boolean {
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
