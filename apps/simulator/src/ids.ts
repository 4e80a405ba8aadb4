import { createHash, randomBytes, randomInt } from 'node:crypto';

/** A decimal id of exactly this many digits, as messengers give them. */
export function randomDigits(count: number): string {
  let digits = String(randomInt(1, 10));
  while (digits.length < count) digits += String(randomInt(0, 10));
  return digits;
}

/** The same decimal id for the same parts, on every start. */
export function stableDigits(count: number, ...parts: (string | number)[]): string {
  const hash = createHash('sha256').update(parts.join('\n')).digest();
  const digits = hash.readBigUInt64BE(0).toString() + hash.readBigUInt64BE(8).toString();
  return '7' + digits.slice(0, count - 1);
}

/** Random URL-safe text, e.g. of a token. */
export function randomText(length: number): string {
  return randomBytes(length).toString('base64url').slice(0, length);
}
