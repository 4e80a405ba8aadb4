import type { FloodControl } from '../behaviour.js';
import { Bucket, type Rate } from '../rate.js';
import { tooManyRequests } from './telegram-error.js';

interface Gate {
  readonly bucket: Bucket;
  closedUntil: number;
}

/** Counts one bot's messages. Once a rate is exceeded all is refused until the time that was told is over. */
export class Flood {
  private readonly gates = new Map<string, Gate>();

  /** Throws the 429 where this message is one too many for its chat or for the bot. */
  pass(chatId: string, { perChat, perBot, retryAfter }: FloodControl): void {
    this.through(`chat ${chatId}`, perChat, retryAfter);
    this.through('bot', perBot, retryAfter);
  }

  private through(name: string, rate: Rate | undefined, retryAfter: number | undefined): void {
    if (!rate) return;
    const now = Date.now();
    const gate = this.gates.get(name) ?? { bucket: new Bucket(), closedUntil: 0 };
    this.gates.set(name, gate);
    if (gate.closedUntil <= now) {
      const wait = gate.bucket.take(rate, now);
      if (wait === 0) return;
      gate.closedUntil = now + (retryAfter ?? Math.ceil(wait / 1_000)) * 1_000;
    }
    throw tooManyRequests(Math.ceil((gate.closedUntil - now) / 1_000));
  }
}
