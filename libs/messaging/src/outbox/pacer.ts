import { Injectable } from '@nestjs/common';
import type { Pace } from '#messenger-kit';

/** Whom a call goes to, and on which channel. */
export interface Course {
  readonly channelId: string;
  readonly identityId: string;
}

const REMEMBERED = 10_000;

/**
 * Keeps calls at the pace a network allows: evenly on a channel, and per person with a burst after a silence. It counts
 * this node's calls only; several nodes together may be faster, and then the network's own "wait" is obeyed by all.
 */
@Injectable()
export class Pacer {
  /** When the next call would be due, had all calls come at their pace; by `performance.now()`. */
  private readonly due = new Map<string, number>();

  /** How many ms until a call may leave; 0 = now. Books nothing. */
  waitFor(course: Course, pace: Pace): number {
    const now = performance.now();
    return Math.max(0, ...bucketsOf(course, pace).map((bucket) => this.dueAt(bucket) - now));
  }

  /** Books the next free moment and tells how many ms it is away. */
  book(course: Course, pace: Pace): number {
    const wait = this.waitFor(course, pace);
    const start = performance.now() + wait;
    if (this.due.size > REMEMBERED) this.forgetIdle();
    for (const { key, intervalMs } of bucketsOf(course, pace)) {
      this.due.set(key, Math.max(start, this.due.get(key) ?? 0) + intervalMs);
    }
    return wait;
  }

  /** A booked call that did not leave after all. */
  giveBack(course: Course, pace: Pace): void {
    for (const { key, intervalMs } of bucketsOf(course, pace)) {
      const due = this.due.get(key);
      if (due !== undefined) this.due.set(key, due - intervalMs);
    }
  }

  /** Books a call only if it may leave at once: for what is worth nothing later. */
  tryNow(course: Course, pace: Pace): boolean {
    if (this.waitFor(course, pace) > 0) return false;
    this.book(course, pace);
    return true;
  }

  private dueAt({ key, slackMs }: Bucket): number {
    return (this.due.get(key) ?? 0) - slackMs;
  }

  private forgetIdle(): void {
    const now = performance.now();
    for (const [key, due] of this.due) if (due < now) this.due.delete(key);
  }
}

interface Bucket {
  readonly key: string;
  readonly intervalMs: number;
  /** How far ahead of the pace calls may run. */
  readonly slackMs: number;
}

function bucketsOf({ channelId, identityId }: Course, { perSecond, perRecipient }: Pace): Bucket[] {
  const intervalMs = 1000 / perSecond;
  const personMs = 1000 / perRecipient.perSecond;
  return [
    { key: channelId, intervalMs, slackMs: 0 },
    { key: `${channelId}/${identityId}`, intervalMs: personMs, slackMs: personMs * (perRecipient.burst - 1) },
  ];
}
