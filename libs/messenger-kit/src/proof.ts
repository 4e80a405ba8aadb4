import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What networks sign with, and how many bytes that gives. */
const DIGEST_BYTES = { sha1: 20, sha256: 32, sha512: 64 } as const;

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

/**
 * Whether `signature` (hex digits) is the HMAC of `data` under one of `secrets`. Empty secrets never match. Where more than the
 * body is signed, `data` is all of it.
 */
export function isSignedByOneOf(
  signature: string,
  data: Buffer,
  secrets: readonly string[],
  algorithm: keyof typeof DIGEST_BYTES = 'sha256',
): boolean {
  const bytes = DIGEST_BYTES[algorithm];
  if (signature.length !== 2 * bytes) return false;
  // Ends before the first digit that is none.
  const given = Buffer.from(signature, 'hex');
  if (given.length !== bytes) return false;
  let found = false;
  for (const secret of secrets) {
    const expected = createHmac(algorithm, secret).update(data).digest();
    found = (secret !== '' && timingSafeEqual(given, expected)) || found;
  }
  return found;
}
