import { has, objectOf, type UntrustedObject } from '../untrusted.js';

/** The way to a member: names, and positions in lists. */
export type Place = readonly (string | number)[];

/** Something that cannot be read; `reason` is a snake_case word that says what and where. Never leaves `read-unified.ts`. */
export class Unreadable extends Error {
  constructor(
    readonly reason: string,
    readonly place: Place = [],
  ) {
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
    private readonly way: Place,
  ) {
    this.object = object;
    this.left = new Set(Object.keys(object));
  }

  /** `way` leads to the value, from the whole form. */
  static of<T>(value: unknown, way: Place, read: (fields: Fields) => T): T {
    const object = objectOf(value);
    if (!object) throw new Unreadable(`${wordOf(way) || 'event'}_invalid`, way);
    const fields = new Fields(object, way);
    const result = read(fields);
    for (const name of fields.left)
      if (fields.take(name) !== undefined) throw new Unreadable(unknownAt(wordOf(way), name), [...way, name]);
    return result;
  }

  needed<T>(name: string, read: (value: unknown) => T | undefined): T {
    const result = this.maybe(name, read);
    if (result === undefined) throw this.unreadable(name, 'missing');
    return result;
  }

  maybe<T>(name: string, read: (value: unknown) => T | undefined): T | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    const result = read(value);
    if (result === undefined) throw this.unreadable(name, 'invalid');
    return result;
  }

  /** A list with something in it, else undefined. */
  list<T>(name: string, most: number, read: (value: unknown, way: Place) => T): readonly T[] | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw this.unreadable(name, 'invalid');
    if (value.length > most) throw this.unreadable(name, 'too_many');
    return value.length > 0 ? value.map((item: unknown, at) => read(item, [...this.way, name, at])) : undefined;
  }

  within<T>(name: string, read: (fields: Fields) => T): T | undefined {
    const value = this.take(name);
    return value === undefined ? undefined : Fields.of(value, [...this.way, name], read);
  }

  /** Undefined where it is left out, null or an empty text. */
  private take(name: string): unknown {
    this.left.delete(name);
    const value = has(this.object, name) ? this.object[name] : undefined;
    return value === null || value === '' ? undefined : value;
  }

  private unreadable(name: string, what: string): Unreadable {
    const place = [...this.way, name];
    return new Unreadable(`${wordOf(place)}_${what}`, place);
  }
}

/** As reasons name it: without positions. */
export function wordOf(place: Place): string {
  const names = place.filter((part) => typeof part === 'string');
  return names.map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)).join('_');
}

/** A name from outside is repeated only where it can stand in a word. */
function unknownAt(path: string, name: string): string {
  const word = /^[a-z][a-zA-Z0-9_]{0,39}$/.test(name) ? name.toLowerCase() : 'property';
  return `${path ? `${path}_` : ''}${word}_unknown`;
}
