import { isAfter, type Position } from '../reading/position.js';
import type { News } from './news.js';

/** The latest news in memory: most who come back find there what they missed. */
export class RecentNews {
  private news: News[] = [];

  constructor(
    /** Everything behind it, up to the last one added, is here. */
    private from: Position,
    private readonly capacity = 2_000,
  ) {}

  add(some: readonly News[]): void {
    this.news.push(...some);
    const surplus = this.news.length - this.capacity;
    if (surplus <= 0) return;
    this.from = this.news[surplus - 1]!.position;
    this.news = this.news.slice(surplus);
  }

  /** All news behind a place, or undefined where some are no longer here. */
  after(place: Position): readonly News[] | undefined {
    if (isAfter(this.from, place)) return undefined;
    return this.news.filter(({ position }) => isAfter(position, place));
  }
}
