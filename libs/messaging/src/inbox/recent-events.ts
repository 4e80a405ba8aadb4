import type { Parcel } from './parcel.js';

/** A batch of this node, on its way or committed. */
export interface Taking {
  committed: boolean;
}

/** Many more than can be under way at once. */
const KEPT = 8192;

/**
 * In which batch this node took each of the last events, at least 8192 and at most twice as many. Only a guess at what is in
 * the ledger: where an event is said to be known, the ledger is asked.
 */
export class RecentEvents {
  private young = new Map<string, Taking>();
  private old = new Map<string, Taking>();

  find(name: string): Taking | undefined {
    return this.young.get(name) ?? this.old.get(name);
  }

  add(name: string, taking: Taking): void {
    if (this.young.size >= KEPT) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(name, taking);
  }

  /** Also for those who hold a batch of it. */
  forget(): void {
    for (const events of [this.young, this.old]) {
      for (const taking of events.values()) taking.committed = false;
      events.clear();
    }
  }
}

/** The same for an event each time it comes, and for no other. */
export function nameOf({ delivery, event }: Parcel): string {
  return `${delivery.messenger} ${event.source} ${event.key}`;
}
