import { Injectable } from '@nestjs/common';
import { afterCommit, Database, type Tx } from '#database';

/**
 * Tells those who read the log on this node that there may be something new. Costs whoever commits a flag: many commits
 * in one turn of the event loop wake once. It is a hint; readers also look by themselves now and then.
 */
@Injectable()
export class WakeUps {
  private readonly sleepers = new Set<() => void>();
  private readonly heralds = new Set<() => void>();
  private due = false;
  private committed = false;

  /** Calls `wake` soon after events were committed, here or on another node. */
  onWake(wake: () => void): void {
    this.sleepers.add(wake);
  }

  /** Calls `tell` soon after events were committed here. */
  onCommit(tell: () => void): void {
    this.heralds.add(tell);
  }

  /** After the commit of `door`; at once where a statement was a transaction of its own. */
  after(door: Tx | Database): void {
    if (door instanceof Database) this.wake();
    else afterCommit(door, () => this.wake());
  }

  /** Something was committed on another node. */
  wakeHere(): void {
    if (this.due) return;
    this.due = true;
    setImmediate(() => {
      const { committed } = this;
      this.due = this.committed = false;
      for (const wake of this.sleepers) wake();
      if (committed) for (const tell of this.heralds) tell();
    });
  }

  private wake(): void {
    this.committed = true;
    this.wakeHere();
  }
}
