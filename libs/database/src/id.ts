import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const RANDOM_BYTES = 16;

/**
 * UUIDv7s that grow: also within one millisecond, and when the clock is set back. Random bytes are drawn for many ids
 * at once, because each draw costs more than the rest of an id.
 */
export class IdSource {
  private readonly pool = new Uint8Array(RANDOM_BYTES * 256);
  private used = this.pool.length;
  private milliseconds = 0;
  private sequence = 0;

  next(): string {
    const random = this.random();
    const now = Date.now();
    if (now > this.milliseconds) {
      this.milliseconds = now;
      this.sequence = ((random[0]! << 16) | (random[1]! << 8) | random[2]!) >>> 0;
    } else {
      this.sequence += 1;
    }
    return v7({ msecs: this.milliseconds, seq: this.sequence, random });
  }

  private random(): Uint8Array {
    if (this.used === this.pool.length) {
      randomFillSync(this.pool);
      this.used = 0;
    }
    this.used += RANDOM_BYTES;
    return this.pool.subarray(this.used - RANDOM_BYTES, this.used);
  }
}

const ids = new IdSource();

/** A new public id: UUIDv7, greater than every one this process made before. */
export function newId(): string {
  return ids.next();
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isId(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}
