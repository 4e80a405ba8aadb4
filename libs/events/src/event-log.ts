import { Injectable } from '@nestjs/common';
import type { Database, Tx } from '#database';
import type { NewEvent } from './event-map.js';
import { EventRepository } from './event.repository.js';
import { WakeUps } from './wake-ups.js';

/** The log of all that happened. Events are recorded where the change is made, in its transaction, or not at all. */
@Injectable()
export class EventLog {
  constructor(
    private readonly events: EventRepository,
    private readonly wakeUps: WakeUps,
  ) {}

  /**
   * Appends the events in the order given, in the transaction of the change they tell of: both are committed, or
   * neither. Any number of events is one statement; none is no statement. Strings must be free of NUL and lone
   * surrogates, or the database refuses the batch.
   */
  async record(tx: Tx, events: readonly NewEvent[]): Promise<void> {
    if (events.length === 0) return;
    await this.events.append(tx, events);
    this.wakeUps.after(tx);
  }

  /** To be called after a statement that appends to the log by itself, with the door it went through. */
  appendedThrough(door: Tx | Database): void {
    this.wakeUps.after(door);
  }
}
