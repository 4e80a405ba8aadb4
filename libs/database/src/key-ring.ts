import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 1;

interface Key {
  readonly id: string;
  readonly secret: Buffer;
  readonly fingerprint: string;
}

/**
 * The secrets of this installation. The first key seals; every key of the ring opens. The last key is the root from
 * which look-up hashes and derived keys come, so a rotation puts the new key in front and keeps the old one: `new,old`.
 * In a fleet, first give every node `old,new,old`, so that each can open what the next step seals.
 */
export class KeyRing {
  private readonly keys: readonly Key[];
  private readonly active: Key;
  private readonly root: Key;

  /** @param keys each 32 bytes in base64, optionally with a name: `id:base64` */
  constructor(keys: readonly string[]) {
    this.keys = keys.map(parseKey);
    const [active, root] = [this.keys[0], this.keys.at(-1)];
    if (!active || !root) throw new Error('The key ring is empty: it needs at least one key of 32 bytes in base64.');
    for (const { id, fingerprint } of this.keys) {
      if (this.keys.some((other) => other.id === id && other.fingerprint !== fingerprint))
        throw new Error(`Two keys of the key ring are named "${id}". Give the newer one another name.`);
    }
    this.active = active;
    this.root = root;
  }

  /** AES-256-GCM. `aad` says where the value belongs (row and field): sealed values cannot be moved elsewhere. */
  encrypt(plain: string | Buffer, aad: string): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.active.secret, iv).setAAD(Buffer.from(aad));
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([this.mark(), iv, cipher.getAuthTag(), sealed]);
  }

  /** @throws when the key is not in the ring, the value was changed, or `aad` is another one. */
  decrypt(sealed: Buffer, aad: string): Buffer {
    const idEnd = 2 + (sealed[1] ?? 0);
    const start = idEnd + IV_BYTES + TAG_BYTES;
    if (sealed[0] !== VERSION || sealed.length < start) throw new Error('This value was not sealed by a key ring.');
    const id = sealed.toString('utf8', 2, idEnd);
    const key = this.keys.find((candidate) => candidate.id === id);
    if (!key) throw new Error(`The key ring has no key "${id}".`);
    const iv = sealed.subarray(idEnd, idEnd + IV_BYTES);
    const opener = createDecipheriv('aes-256-gcm', key.secret, iv, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(aad))
      .setAuthTag(sealed.subarray(idEnd + IV_BYTES, start));
    return Buffer.concat([opener.update(sealed.subarray(start)), opener.final()]);
  }

  /** How everything begins that the active key sealed, and nothing that another one did. */
  mark(): Buffer {
    const id = Buffer.from(this.active.id);
    return Buffer.concat([Buffer.from([VERSION, id.length]), id]);
  }

  /** The same as `encrypt`, in base64url for text and JSON columns. */
  encryptText(plain: string, aad: string): string {
    return this.encrypt(plain, aad).toString('base64url');
  }

  decryptText(sealed: string, aad: string): string {
    return this.decrypt(Buffer.from(sealed, 'base64url'), aad).toString('utf8');
  }

  /** A keyed hash for finding a secret without storing it; the same for the life of the root key. */
  lookupHash(text: string): Buffer {
    return createHmac('sha256', this.derive('lookup')).update(text).digest();
  }

  /** 32 bytes for one purpose (a signing key, a hash key), the same for the life of the root key. */
  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.root.secret, 'parley', purpose, KEY_BYTES));
  }

  /** The same value under the active key. Throws as `decrypt` does. */
  reseal(sealed: Buffer, aad: string): Buffer {
    return this.encrypt(this.decrypt(sealed, aad), aad);
  }

  /** Names the active key without telling anything about it. */
  fingerprint(): string {
    return this.active.fingerprint;
  }

  rootFingerprint(): string {
    return this.root.fingerprint;
  }

  /** Whether one of the ring's keys has this fingerprint. */
  has(fingerprint: string): boolean {
    return this.keys.some((key) => key.fingerprint === fingerprint);
  }
}

function parseKey(text: string): Key {
  const [encoded = '', id] = text.trim().split(':').reverse();
  const secret = Buffer.from(encoded, 'base64');
  if (secret.length !== KEY_BYTES) throw new Error('Every key of the key ring must be 32 bytes in base64.');
  const fingerprint = createHash('sha256').update('parley key ').update(secret).digest('hex').slice(0, 16);
  const name = id ?? fingerprint.slice(0, 8);
  if (Buffer.byteLength(name) > 255) throw new Error('The name of a key may have 255 bytes.');
  return { id: name, secret, fingerprint };
}
