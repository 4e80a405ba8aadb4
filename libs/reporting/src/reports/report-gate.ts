import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';

const AT_ONCE = 2;
const MOST_WAITING = 20;

/** Reports are long reads: a few of them at a time on each node, so that everybody else finds a connection. */
@Injectable()
export class ReportGate {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < AT_ONCE) this.running += 1;
    else if (this.waiting.length < MOST_WAITING) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else throw new Problem(429, 'too_many_reports', 'Many reports are being made. Try again in a moment.');
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}
