import type { InboundEvent } from '#messenger-kit';

/** A batch of this node, on its way or committed. */
export interface Taking {
  committed: boolean;
}

interface Taken {
  readonly source: string;
  readonly key: string;
  readonly taking: Taking;
}

/** A power of two. */
const SLOTS = 8192;
/** Keys differ in their last characters. */
const TELLING = 8;

/**
 * In which batch this node took each of the last events, some thousands of them: each has one slot, and the next one that
 * falls there takes its place. Only a guess at what is in the ledger: where an event is said to be known, the ledger is asked.
 */
export class RecentEvents {
  private readonly slots = new Array<Taken | undefined>(SLOTS).fill(undefined);

  find({ source, key }: InboundEvent): Taking | undefined {
    const taken = this.slots[slotOf(key)];
    return taken?.key === key && taken.source === source ? taken.taking : undefined;
  }

  add({ source, key }: InboundEvent, taking: Taking): void {
    this.slots[slotOf(key)] = { source, key, taking };
  }

  /** Also for those who hold a batch of it. */
  forget(): void {
    for (const taken of this.slots) if (taken) taken.taking.committed = false;
    this.slots.fill(undefined);
  }
}

/** Far quicker than a Map of so many: nothing moves, nothing grows, one place is looked at. */
function slotOf(key: string): number {
  let hash = key.length;
  for (let at = Math.max(0, key.length - TELLING); at < key.length; at++) hash = (hash * 31 + key.charCodeAt(at)) | 0;
  return hash & (SLOTS - 1);
}
