import type { IncomingMessage } from 'node:http';

/** Meta batches up to 1000 events in one call. */
const BODY_LIMIT = 5 * 1024 * 1024;

export class BodyTooLarge extends Error {}

/** The whole body as it came. Rejects with `BodyTooLarge` beyond the limit, and when the caller goes away in the middle. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > BODY_LIMIT) {
        request.removeAllListeners('data').resume();
        reject(new BodyTooLarge());
      }
      chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    request.on('error', reject);
  });
}
