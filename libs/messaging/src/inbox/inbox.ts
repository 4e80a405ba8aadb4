import { Injectable } from '@nestjs/common';
import type { InboundEvent } from '#messenger-kit';
import type { Delivery, Parcel } from './parcel.js';
import { Receiver } from './receiver.js';
import { RecentEvents, type Taking } from './recent-events.js';
import { Storing } from './storing.js';
import { Strangers } from './strangers.js';
import { InboxUnavailable, type Waiting } from './waiting.js';

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

/** No more: the event log has as many ids for the messages of a batch (decision 0023). */
const BATCH = 256;
const CAPACITY = 4096;
/** A messenger waits longer than this, but answering late helps nobody once the database hangs. */
const PATIENCE_MS = 8_000;

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
  private readonly queue: Waiting[] = [];
  private readonly underWay: Batch[] = [];
  private readonly recent = new RecentEvents();
  private readonly strangers = new Strangers<Waiting>();
  private readonly storing: Storing;
  private looking = false;
  private welcoming = false;

  constructor(private readonly receiver: Receiver) {
    this.storing = new Storing(receiver, this.recent);
  }

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
    const store = async (part: readonly Waiting[]) => {
      const skipped = await this.receiver.receive(parcelsOf(part), whenRun).catch((error: unknown) => {
        batch.mayOverlap = false;
        throw error;
      });
      return skipped.size === 0 ? part : this.keepStrangers(part, skipped);
    };
    void this.storing.commit(waiting, store).then((answer) => {
      taking.committed = true;
      const place = this.underWay.indexOf(batch);
      this.underWay.splice(place, 1);
      this.know(batch.welcomed, this.underWay[place - 1]);
      this.look();
      afterPromises(answer);
    });
  }

  /** Those whom the receiver skipped are strangers; answers the others. */
  private keepStrangers(batch: readonly Waiting[], skipped: ReadonlySet<Parcel>): readonly Waiting[] {
    const strangers = batch.filter(({ parcel }) => skipped.has(parcel));
    for (const { parcel } of strangers) {
      parcel.earlier = undefined;
      this.recent.add(parcel.event, NOT_YET);
    }
    this.strangers.add(strangers);
    this.welcome();
    return batch.filter(({ parcel }) => !skipped.has(parcel));
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
    const store = (part: readonly Waiting[]) => this.receiver.welcome(parcelsOf(part)).then(() => part);
    void this.storing.commit(batch, store).then((answer) => {
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
}

/** Called in a promise it runs when no other can go on: a batch that was cut before is on its way then. */
function afterPromises(work: () => void): void {
  process.nextTick(work);
}

function parcelsOf(batch: readonly Waiting[]): readonly Parcel[] {
  return batch.map(({ parcel }) => parcel);
}

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
