import { has, objectOf, type UntrustedObject } from '../untrusted.js';

/** Something that cannot be read; `reason` is a snake_case word that says what and where. Never leaves `readUnified`. */
export class Unreadable extends Error {
  constructor(readonly reason: string) {
    super(reason);
  }
}

/**
 * Reads an object member by member, strictly: what is missing, of a wrong kind, or left over at the end throws
 * `Unreadable`. `null` is the same as left out.
 */
export class Fields {
  private readonly object: UntrustedObject;
  private readonly left: Set<string>;

  private constructor(
    object: UntrustedObject,
    private readonly path: string,
  ) {
    this.object = object;
    this.left = new Set(Object.keys(object));
  }

  /** `path` is what reasons begin with. */
  static of<T>(value: unknown, path: string, read: (fields: Fields) => T): T {
    const object = objectOf(value);
    if (!object) throw new Unreadable(`${path || 'event'}_invalid`);
    const fields = new Fields(object, path);
    const result = read(fields);
    for (const name of fields.left) if (fields.take(name) !== undefined) throw new Unreadable(unknownAt(path, name));
    return result;
  }

  needed<T>(name: string, read: (value: unknown) => T | undefined): T {
    const result = this.maybe(name, read);
    if (result === undefined) throw new Unreadable(`${this.place(name)}_missing`);
    return result;
  }

  maybe<T>(name: string, read: (value: unknown) => T | undefined): T | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    const result = read(value);
    if (result === undefined) throw new Unreadable(`${this.place(name)}_invalid`);
    return result;
  }

  /** A list with something in it, else undefined. */
  list<T>(name: string, most: number, read: (value: unknown, path: string) => T): readonly T[] | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    const place = this.place(name);
    if (!Array.isArray(value)) throw new Unreadable(`${place}_invalid`);
    if (value.length > most) throw new Unreadable(`${place}_too_many`);
    return value.length > 0 ? value.map((item: unknown) => read(item, place)) : undefined;
  }

  within<T>(name: string, read: (fields: Fields) => T): T | undefined {
    const value = this.take(name);
    return value === undefined ? undefined : Fields.of(value, this.place(name), read);
  }

  /** Undefined where it is left out, null or an empty text. */
  private take(name: string): unknown {
    this.left.delete(name);
    const value = has(this.object, name) ? this.object[name] : undefined;
    return value === null || value === '' ? undefined : value;
  }

  private place(name: string): string {
    const word = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return this.path ? `${this.path}_${word}` : word;
  }
}

/** A name from outside is repeated only where it can stand in a word. */
function unknownAt(path: string, name: string): string {
  const word = /^[a-z][a-zA-Z0-9_]{0,39}$/.test(name) ? name.toLowerCase() : 'property';
  return `${path ? `${path}_` : ''}${word}_unknown`;
}
