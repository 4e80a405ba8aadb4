import { Courier, type Depot } from '../delivery/courier.js';
import type { StoredFile } from '../files.js';
import { randomDigits } from '../ids.js';

export interface NewNumber {
  readonly id?: string;
  /** The WhatsApp Business Account it belongs to. Default: one of its own. */
  readonly accountId?: string;
  readonly name?: string;
  /** The number itself, digits. */
  readonly display?: string;
  /** The system user's token. Default: random. */
  readonly token?: string;
  /** Id of the app the token belongs to. Default: the first app, made if there is none. */
  readonly app?: string;
}

const DAY = 24 * 3_600_000;

/** One simulated business number: who wrote to it and when, what was uploaded for it. */
export class BusinessNumber {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly display: string;
  readonly courier: Courier;
  /** What it may send by id. */
  readonly uploads = new Map<string, StoredFile>();
  private readonly lastWrote = new Map<string, number>();
  private readonly blocked = new Set<string>();

  constructor(depot: Depot, { id, accountId, name, display }: NewNumber) {
    this.id = id ?? randomDigits(15);
    this.accountId = accountId ?? randomDigits(15);
    this.name = name ?? 'Simulated number';
    this.display = display ?? `1555${randomDigits(7)}`;
    this.courier = new Courier(depot, { maxConnections: () => 100, holdsLane: false });
  }

  /** An older event that comes late does not shorten the window. */
  heardFrom(personId: string, at: number): void {
    this.lastWrote.set(personId, Math.max(at, this.lastWrote.get(personId) ?? at));
    this.blocked.delete(personId);
  }

  /** The person last wrote at exactly this time. */
  meet(personId: string, at: number): void {
    this.lastWrote.set(personId, at);
  }

  block(personId: string): void {
    this.blocked.add(personId);
  }

  unblock(personId: string): void {
    this.blocked.delete(personId);
  }

  isBlockedBy(personId: string): boolean {
    return this.blocked.has(personId);
  }

  isOpenTo(personId: string, now: number): boolean {
    return now - (this.lastWrote.get(personId) ?? -Infinity) < DAY;
  }
}
