import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { LogReaderRepository, type LogPage } from './log-reader.repository.js';
import { BEGINNING, cursorOf, isAfter, type Place, type Position } from './position.js';

/** The log as those who come and go read it. */
@Injectable()
export class EventReader {
  constructor(private readonly log: LogReaderRepository) {}

  /**
   * Behind everything that can be read now. Taken before a list is queried, the events behind it and the list meet
   * without a gap.
   */
  async present(): Promise<string> {
    const { epoch, last } = await this.log.page(BEGINNING, 1);
    return cursorOf(epoch, last);
  }

  /** Up to so many events behind a place; without one, from the oldest event that is kept. */
  page(after: Position | undefined, limit = 500, tx?: Tx): Promise<LogPage> {
    return this.log.page(after ?? BEGINNING, limit, tx);
  }
}

/** Whether there may be events behind this place that nobody can read any more: those who stood there start afresh. */
export function isLost({ epoch, position }: Place, page: LogPage): boolean {
  return epoch !== page.epoch || isAfter(page.horizon, position) || isAfter(position, page.head);
}
