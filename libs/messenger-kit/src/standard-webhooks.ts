import { timingSafeEqual } from 'node:crypto';
import type { WebhookRequest, WebhookSecrets } from './contract/webhook-request.js';
import { hmacSha256 } from './proof.js';

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
const TOLERANCE_S = 5 * 60;
const ID = /^[\x21-\x2d\x2f-\x7e]{1,256}$/;
const TIMESTAMP = /^\d{10}$/;
const SIGNATURES = /^v1,[A-Za-z0-9+/]{43}=(?: v1,[A-Za-z0-9+/]{43}=){0,7}$/;

type Secret = string | Buffer;

/** How a secret is written down for the other side. Its bytes are the key. */
export function writtenSecret(secret: Secret): string {
  return `whsec_${Buffer.from(secret).toString('base64')}`;
}

/**
 * The three headers that prove a body. `now` in ms. With several secrets it is signed with each of them, so that the other
 * side may go over from one to the next in its own time.
 */
export function signed(
  id: string,
  body: Buffer,
  secret: Secret | readonly Secret[],
  now = Date.now(),
): Record<string, string> {
  const timestamp = Math.floor(now / 1000).toString();
  const signatures = [secret].flat().map((one) => `v1,${signatureOf(id, timestamp, body, one).toString('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

/**
 * Whether one of the signatures was made with one of the secrets, for this body, within the last five minutes (or the next,
 * as clocks differ). All are compared, so time tells nothing.
 */
export function isSigned({ headers, body }: WebhookRequest, { signing }: WebhookSecrets, now = Date.now()): boolean {
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) => headers[`webhook-${name}`]);
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return false;
  if (signatures.length > 1_000 || !ID.test(id) || !TIMESTAMP.test(timestamp) || !SIGNATURES.test(signatures))
    return false;
  if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE_S) return false;
  let found = false;
  for (const secret of signing) {
    const expected = signatureOf(id, timestamp, body, secret);
    for (const signature of signatures.split(' ')) {
      const given = Buffer.from(signature.slice(3), 'base64');
      found = (secret !== '' && timingSafeEqual(given, expected)) || found;
    }
  }
  return found;
}

function signatureOf(id: string, timestamp: string, body: Buffer, secret: Secret): Buffer {
  return hmacSha256(secret, Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]));
}
