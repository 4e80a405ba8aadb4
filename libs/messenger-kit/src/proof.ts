import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const SHA256_BYTES = 32;

/** Compares two secrets without telling by its time where they differ, or how long they are. */
export function equalSecrets(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}

/** Whether `given` is one of `secrets`. Empty secrets never match. All are compared, so time tells nothing. */
export function isOneOfSecrets(given: string, secrets: readonly string[]): boolean {
  let found = false;
  for (const secret of secrets) found = (secret !== '' && equalSecrets(given, secret)) || found;
  return found;
}

export function hmacSha256(secret: string | Buffer, data: Buffer | string): Buffer {
  return createHmac('sha256', secret).update(data).digest();
}

/** Whether `signature` (64 hex digits) is the HMAC-SHA256 of `data` under one of `secrets`. Empty secrets never match. */
export function isSignedByOneOf(signature: string, data: Buffer, secrets: readonly string[]): boolean {
  if (signature.length !== 2 * SHA256_BYTES) return false;
  // Ends before the first digit that is none.
  const given = Buffer.from(signature, 'hex');
  if (given.length !== SHA256_BYTES) return false;
  let found = false;
  for (const secret of secrets) found = (secret !== '' && timingSafeEqual(given, hmacSha256(secret, data))) || found;
  return found;
}
