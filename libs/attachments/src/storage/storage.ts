import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';

/** Content on this machine's disk, on its way into a storage. */
export interface ContentFile {
  readonly path: string;
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Both ends are included. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** The storage is there, and has nothing under the key. */
export class ContentGone extends Error {
  constructor() {
    super('This content is not stored any more');
  }
}

/** The storage could not be asked; the content may well be there. Says why, and names neither key nor path. */
export class ContentUnreadable extends Error {
  constructor(cause: unknown) {
    const { code, name } = cause as NodeJS.ErrnoException;
    super(`This content cannot be read (${code ?? name})`, { cause });
  }
}

/** Where content lies, under keys of `newStorageKey`. */
export abstract class Storage {
  /** Resolves once the content would survive a crash. Whatever was there under the key is replaced. May take the file away. */
  abstract put(key: string, file: ContentFile): Promise<void>;
  /**
   * Rejects with `ContentGone` when there is nothing under the key, and with another error when the storage cannot tell. The
   * stream must be read to its end or destroyed.
   */
  abstract read(key: string, range?: ByteRange): Promise<Readable>;
  /** Succeeds when there was nothing. */
  abstract remove(key: string): Promise<void>;
}

const KEY = /^[0-9a-f]{48}$/;

/** A name nobody can guess and nothing outside has a part in. */
export function newStorageKey(): string {
  return randomBytes(24).toString('hex');
}

/** A key goes into paths and addresses: whatever is none of ours goes nowhere. */
export function checkedKey(key: string): string {
  if (!KEY.test(key)) throw new Error('This is no storage key');
  return key;
}
