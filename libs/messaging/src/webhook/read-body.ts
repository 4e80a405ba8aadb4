import type { IncomingMessage } from 'node:http';

/** Meta batches up to 1000 events in one call. */
const BODY_LIMIT = 5 * 1024 * 1024;
/** No messenger waits longer for its answer; whoever sends more slowly is none. */
const BODY_MS = 20_000;

export class BodyTooLarge extends Error {}
export class BodyTooSlow extends Error {}

/** Reads whole bodies. All have the same time, so one clock watches the oldest. */
export class BodyReader {
  /** How those under way are given up, oldest first, and by when they must have ended. */
  private readonly open = new Map<(error: Error) => void, number>();
  private watch: NodeJS.Timeout | undefined;

  constructor(private readonly withinMs = BODY_MS) {}

  /**
   * The whole body as it came. Rejects with `BodyTooLarge` beyond the limit, with `BodyTooSlow` after the time, and when the
   * caller goes away in the middle; nothing of it is kept then.
   */
  read(request: IncomingMessage): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const giveUp = (error: Error) => {
        this.open.delete(giveUp);
        request.removeAllListeners('data').resume();
        reject(error);
      };
      this.open.set(giveUp, performance.now() + this.withinMs);
      this.watch ??= setTimeout(() => this.look(), this.withinMs).unref();
      request.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > BODY_LIMIT) return giveUp(new BodyTooLarge());
        chunks.push(chunk);
      });
      request.on('end', () => {
        this.open.delete(giveUp);
        resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
      });
      request.on('error', giveUp);
    });
  }

  private look(): void {
    const now = performance.now();
    this.watch = undefined;
    for (const [giveUp, until] of this.open) {
      if (until > now) {
        this.watch = setTimeout(() => this.look(), until - now).unref();
        return;
      }
      giveUp(new BodyTooSlow());
    }
  }
}
