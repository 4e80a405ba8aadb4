import { createHash, randomBytes } from 'node:crypto';

const API_KEY = /^parley_[\w-]{8}_[\w-]{43}$/;

export interface ApiKeySecret {
  /** The whole key, shown once. */
  readonly secret: string;
  /** Its beginning, by which people recognise it. */
  readonly prefix: string;
}

export function newApiKeySecret(): ApiKeySecret {
  const prefix = `parley_${randomBytes(6).toString('base64url')}`;
  return { prefix, secret: `${prefix}_${randomBytes(32).toString('base64url')}` };
}

export function isApiKey(bearer: string): boolean {
  return API_KEY.test(bearer);
}

/** A key holds 256 random bits, so a plain hash gives nothing away. */
export function hashOfApiKey(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
