import type { IncomingMessage } from 'node:http';

/** Meta batches up to 1000 events in one call. */
const BODY_LIMIT = 5 * 1024 * 1024;
/** No messenger waits longer for its answer; whoever sends more slowly is none. */
const BODY_MS = 20_000;

export class BodyTooLarge extends Error {}
export class BodyTooSlow extends Error {}

/**
 * The whole body as it came. Rejects with `BodyTooLarge` beyond the limit, with `BodyTooSlow` after `withinMs`, and when the
 * caller goes away in the middle; nothing of it is kept then.
 */
export function readBody(request: IncomingMessage, withinMs = BODY_MS): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let timer: NodeJS.Timeout | undefined;
    // Most bodies come together with their head: they need no clock.
    process.nextTick(() => {
      if (!request.complete) timer = setTimeout(() => giveUp(new BodyTooSlow()), withinMs);
    });
    const giveUp = (error: Error) => {
      clearTimeout(timer);
      request.removeAllListeners('data').resume();
      reject(error);
    };
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > BODY_LIMIT) return giveUp(new BodyTooLarge());
      chunks.push(chunk);
    });
    request.on('end', () => {
      clearTimeout(timer);
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    });
    request.on('error', giveUp);
  });
}
