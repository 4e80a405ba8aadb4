import type { WebhookFaults } from '../faults/webhook-faults.js';
import type { Attempt, EventState, Ledger, SentEvent } from '../ledger.js';
import type { Settings } from '../settings.js';
import { backoff } from './backoff.js';
import { Naps } from './naps.js';
import type { Mail, Target } from './mail.js';
import { Slots } from './slots.js';

export interface Parcel {
  readonly event: SentEvent;
  /** Events that travel in this one's body and share its fate. */
  readonly members?: readonly SentEvent[];
  readonly body: Buffer;
  /** Parcels of one lane go one after the other. */
  readonly lane: string;
  readonly expiresAt: number;
  /** Where to, asked before every attempt. Undefined = nowhere now: the parcel waits for a kick. */
  target(): Target | undefined;
}

/** What all couriers share. */
export interface Depot {
  readonly mail: Mail;
  readonly ledger: Ledger;
  readonly faults: WebhookFaults;
  readonly settings: Settings;
}

export interface CourierOptions {
  maxConnections(): number;
  /** A parcel that fails holds back its lane, as at Telegram; else the lane goes on, as at Meta. */
  readonly holdsLane: boolean;
  onAttempt?(attempt: Attempt): void;
}

/** Delivers one account's events: serial in a lane, parallel across lanes, again until answered 2xx or expired. */
export class Courier {
  private readonly open = new Set<Parcel>();
  private readonly lanes = new Map<string, Parcel[]>();
  private readonly walking = new Set<string>();
  private readonly naps = new Naps();
  private readonly slots: Slots;
  private held: Parcel[] = [];

  constructor(
    private readonly depot: Depot,
    private readonly options: CourierOptions,
  ) {
    this.slots = new Slots(() => options.maxConnections());
  }

  /** Everything not yet delivered, oldest first. */
  get pending(): Parcel[] {
    return [...this.open];
  }

  push(parcel: Parcel): void {
    this.open.add(parcel);
    const effect = this.depot.faults.take(parcel.event, ['reorder', 'lose']);
    if (effect?.kind === 'lose') return this.close(parcel, 'discarded');
    if (effect?.kind !== 'reorder') return this.enqueue(parcel, parcel.lane);
    this.held.unshift(parcel);
    if (this.held.length < effect.count) return;
    for (const late of this.held) this.enqueue(late, `reordered up to ${parcel.event.n}`);
    this.held = [];
  }

  /** Something changed: parked lanes go on, and nobody waits for a backoff any longer. */
  kick(): void {
    this.naps.wakeAll();
    for (const lane of this.lanes.keys()) this.start(lane);
  }

  /** Takes a parcel out: it came to its reader another way, or is thrown away. */
  close(parcel: Parcel, state: EventState): void {
    if (!this.open.delete(parcel)) return;
    for (const event of eventsOf(parcel)) event.state = state;
    this.depot.ledger.changed();
  }

  discardAll(): void {
    for (const parcel of this.pending) this.close(parcel, 'discarded');
    this.held = [];
    this.naps.wakeAll();
  }

  private enqueue(parcel: Parcel, lane: string): void {
    const queue = this.lanes.get(lane) ?? [];
    queue.push(parcel);
    this.lanes.set(lane, queue);
    this.start(lane);
  }

  private start(lane: string): void {
    if (this.walking.has(lane)) return;
    this.walking.add(lane);
    void this.walk(lane);
  }

  private async walk(lane: string): Promise<void> {
    const queue = this.lanes.get(lane) ?? [];
    for (let parcel = queue[0]; parcel; parcel = queue[0]) {
      const fate = await this.deliver(parcel, 0);
      if (fate === 'parked') break;
      queue.shift();
      if (fate === 'failed') void this.deliverLater(parcel);
    }
    this.walking.delete(lane);
    if (queue.length === 0) this.lanes.delete(lane);
  }

  /** `failed` only where a failure does not hold the lane, after the first attempt. */
  private async deliver(parcel: Parcel, earlierFailures: number): Promise<'done' | 'parked' | 'failed'> {
    for (let failures = earlierFailures; this.open.has(parcel);) {
      if (Date.now() >= parcel.expiresAt) this.close(parcel, 'expired');
      const attempts = await this.slots.run(() => this.attempt(parcel));
      if (!attempts) return this.open.has(parcel) ? 'parked' : 'done';
      if (attempts.some(isSuccess)) this.close(parcel, 'delivered');
      if (!this.open.has(parcel)) return 'done';
      failures++;
      if (!this.options.holdsLane && earlierFailures === 0) return 'failed';
      await this.naps.sleep(backoff(this.depot.settings, failures, attempts[0]?.retryAfter));
    }
    return 'done';
  }

  private async deliverLater(parcel: Parcel): Promise<void> {
    await this.naps.sleep(backoff(this.depot.settings, 1, parcel.event.attempts.at(-1)?.retryAfter));
    if ((await this.deliver(parcel, 1)) === 'parked') this.close(parcel, 'discarded');
  }

  private async attempt(parcel: Parcel): Promise<Attempt[] | undefined> {
    if (!this.open.has(parcel) || !parcel.target()) return undefined;
    const fault = this.depot.faults.take(parcel.event, ['duplicate', 'delay', 'dropAnswer']);
    if (fault?.kind === 'delay') await this.naps.sleep(fault.ms);
    const target = parcel.target();
    if (!target) return undefined;
    const copies = fault?.kind === 'duplicate' ? fault.copies : 0;
    const concurrently = fault?.kind === 'duplicate' && fault.concurrently === true;
    const lost = fault?.kind === 'dropAnswer';
    const once = () => this.postOnce(parcel, target, lost);
    if (concurrently) return Promise.all(Array.from({ length: copies + 1 }, once));
    const attempts = [await once()];
    for (let copy = 0; copy < copies; copy++) attempts.push(await once());
    return attempts;
  }

  private async postOnce(parcel: Parcel, target: Target, lost: boolean): Promise<Attempt> {
    const answered = await this.depot.mail.post(target, parcel.body);
    const attempt = lost ? { at: answered.at, ms: answered.ms, error: 'answer lost, as scripted' } : answered;
    for (const event of eventsOf(parcel)) event.attempts.push(attempt);
    this.options.onAttempt?.(attempt);
    this.depot.ledger.changed();
    return attempt;
  }
}

const eventsOf = ({ event, members = [] }: Parcel) => [event, ...members];
const isSuccess = (attempt: Attempt) => attempt.status !== undefined && attempt.status >= 200 && attempt.status < 300;
