import { setTimeout as pauseFor } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { sqlState } from '#database';
import type { InboundEvent } from '#messenger-kit';
import type { Verdict } from './load.js';
import type { Delivery, Parcel } from './parcel.js';
import { Receiver } from './receiver.js';
import { RecentEvents, type Taking } from './recent-events.js';
import { Strangers } from './strangers.js';

/** The event was not taken and must be delivered again: the house is full, or its database cannot be reached. */
export class InboxUnavailable extends Error {}

/** A batch under way. */
interface Batch {
  readonly size: number;
  /** Not once it is tried again: what came later would be committed before it. */
  mayOverlap: boolean;
  /** Only its commit is left to do. */
  hasRun: boolean;
  /** Messages of strangers that were stored meanwhile: it may hold the next ones of the same people. */
  readonly welcomed: Waiting[];
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

/** Of events that wait for their turn among the strangers. */
const NOT_YET: Taking = { committed: false };

/**
 * Gathers events while what came before is being committed: an idle server commits at once, a busy one commits many
 * together. What was accepted is committed when `take` resolves; what rejects may be delivered again without harm.
 * Batches are committed in the order they were cut. Two at most are under way, so that the database has the next one at
 * hand when it is done with one; the second is cut when it is as large as the first (a smaller one costs more than it gains), or
 * else when the first has run and is being committed.
 * What comes again while it is under way in another batch waits for that, and is then most likely known.
 *
 * Messages of strangers, who have no open chat yet, cost the database several round trips. They gather in the same way, beside
 * the others, so that nobody waits for them but those who wrote after them.
 */
@Injectable()
export class Inbox {
  private readonly logger = new Logger(Inbox.name);
  private readonly queue: Waiting[] = [];
  private readonly underWay: Batch[] = [];
  private readonly recent = new RecentEvents();
  private readonly strangers = new Strangers<Waiting>();
  private looking = false;
  private welcoming = false;

  constructor(private readonly receiver: Receiver) {}

  /** How many events wait to be committed, those under way not counted. */
  get waiting(): number {
    return this.queue.length + this.strangers.waiting;
  }

  /**
   * Resolves with how many events were committed. Rejects with `InboxUnavailable` when they could not be; then some of them
   * may have been.
   */
  take(delivery: Delivery, events: readonly InboundEvent[]): Promise<number> {
    if (events.length === 0) return Promise.resolve(0);
    if (this.waiting >= CAPACITY) return Promise.reject(new InboxUnavailable('Too many events are waiting'));
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
    if (this.underWay.length > 1 || !before.mayOverlap) return;
    if (!before.hasRun && this.queue.length < before.size) return;
    if (this.queue.slice(0, BATCH).every(mayOverlap)) this.start();
  }

  /** The next batch is on its way before the answers to this one are written. */
  private start(): void {
    const taking = { committed: false };
    const waiting = this.cut(taking);
    if (waiting.length === 0) return this.underWay.length > 0 || this.welcoming ? undefined : this.lookSoon();
    const batch: Batch = {
      size: waiting.length,
      mayOverlap: waiting.every(mayOverlap),
      hasRun: false,
      welcomed: [],
    };
    this.underWay.push(batch);
    const run = () => {
      batch.hasRun = true;
      this.look();
    };
    // To answer twice takes the server longer than there is to gain for one event.
    const whenRun = batch.size > 1 ? run : undefined;
    const take = (parcels: readonly Parcel[]) =>
      this.receiver.receive(parcels, whenRun).catch((error: unknown) => {
        batch.mayOverlap = false;
        throw error;
      });
    void this.commit(waiting, take).then((answer) => {
      taking.committed = true;
      const place = this.underWay.indexOf(batch);
      this.underWay.splice(place, 1);
      this.know(batch.welcomed, this.underWay[place - 1]);
      this.look();
      afterPromises(answer);
    });
  }

  /** The next strangers are on their way before the answers to these are written. */
  private welcome(): void {
    if (this.welcoming || this.strangers.waiting === 0) return;
    const taken = this.strangers.take(BATCH);
    const batch = inTime(taken);
    // Or what was refused as too late would seem to be under way for ever.
    if (batch.length < taken.length) this.recent.forget();
    const taking = { committed: false };
    for (const { parcel } of batch) this.recent.add(parcel.event, taking);
    this.welcoming = true;
    void this.commit(batch, (parcels) => this.receiver.welcome(parcels)).then((answer) => {
      taking.committed = true;
      this.welcoming = false;
      this.know(taken, this.underWay.at(-1));
      this.welcome();
      this.look();
      afterPromises(answer);
    });
  }

  /** Who wrote these are strangers no more; but only after `before`, and those before it: they may hold what came next. */
  private know(stored: readonly Waiting[], before: Batch | undefined): void {
    if (before) before.welcomed.push(...stored);
    else this.strangers.know(stored);
  }

  /**
   * What goes next. An event that is under way in another batch stays in the queue until that is committed, or forgotten; a
   * message of a stranger until what they wrote before is stored.
   */
  private cut(taking: Taking): readonly Waiting[] {
    const batch: Waiting[] = [];
    const later: Waiting[] = [];
    for (const waiting of inTime(this.queue.splice(0, BATCH))) {
      const { parcel } = waiting;
      const earlier = this.recent.find(parcel.event);
      const isUnderWay = earlier && earlier !== taking && !earlier.committed;
      if (isUnderWay || this.strangers.has(parcel.event)) {
        later.push(waiting);
        continue;
      }
      parcel.earlier = earlier;
      if (!earlier) this.recent.add(parcel.event, taking);
      batch.push(waiting);
    }
    if (later.length > 0) this.queue.unshift(...later);
    return batch;
  }

  /**
   * Resolves when the fate of the batch is known, with what tells the waiting; that of messages of strangers is known later.
   * A batch the database refuses as data is halved until the culprit stands alone; it goes to quarantine, unless it is a
   * message that is there already.
   */
  private async commit(batch: readonly Waiting[], take: Take): Promise<() => void> {
    try {
      const left = await this.insist(batch, () => take(batch.map(({ parcel }) => parcel)));
      if (!left || left.size === 0) return () => tell(batch);
      const strangers = batch.filter(({ parcel }) => left.has(parcel));
      for (const { parcel } of strangers) {
        parcel.earlier = undefined;
        this.recent.add(parcel.event, NOT_YET);
      }
      this.strangers.add(strangers);
      this.welcome();
      return () => tell(batch.filter(({ parcel }) => !left.has(parcel)));
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

  private async setAside(culprit: Waiting, error: unknown): Promise<() => void> {
    const verdict = isKnownMessage(error) ? KNOWN : refusedBecauseOf(error);
    this.logger.warn(`An event of ${culprit.parcel.delivery.messenger} is ${verdict.outcome}: ${verdict.reason}`);
    try {
      await this.insist([culprit], () => this.receiver.setAside(culprit.parcel, verdict));
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

/** Called in a promise it runs when no other can go on: a batch that was cut before is on its way then. */
function afterPromises(work: () => void): void {
  process.nextTick(work);
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

/** Those that have not waited for too long; the others are told so. */
function inTime(waiting: readonly Waiting[]): readonly Waiting[] {
  const oldest = performance.now() - PATIENCE_MS;
  const late = waiting.filter(({ since }) => since < oldest);
  for (const { failed } of late) failed(new InboxUnavailable('The database is too slow'));
  return late.length > 0 ? waiting.filter(({ since }) => since >= oldest) : waiting;
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
