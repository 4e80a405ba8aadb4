import { cleanText } from './text.js';
import { isPlainId } from './keys.js';

/**
 * Guards that narrow what came from outside: `unknown` in, typed out, never a throw. Only own properties are looked
 * at, so `__proto__` and `constructor` are nothing special.
 */
export type UntrustedObject = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown): UntrustedObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as UntrustedObject) : undefined;
}

export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** The value at `path`, or undefined as soon as something on the way is not an object with such a key. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const key of path) {
    const object = objectOf(here);
    if (!object || !Object.hasOwn(object, key)) return undefined;
    here = object[key];
  }
  return here;
}

export function has(value: unknown, key: string): boolean {
  const object = objectOf(value);
  return object !== undefined && Object.hasOwn(object, key);
}

/** A non-empty string, cleaned. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? cleanText(value) || undefined : undefined;
}

/** An id as a string, whether the wire had a string or a whole number; undefined when it cannot serve as one. */
export function idOf(value: unknown): string | undefined {
  const id = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  return typeof id === 'string' && isPlainId(id) ? id : undefined;
}

/** A whole number that is not negative: sizes, counts. */
export function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

const EARLIEST = Date.UTC(2000, 0);
const LATEST = Date.UTC(2100, 0);
const SECONDS_BELOW = 1e11;
/** Without a zone it would mean another moment on another server. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT[\d:.]{1,30}(Z|[+-]\d\d:?\d\d)$/;

/**
 * A time from seconds, milliseconds (numbers or digits in a string; below 10^11 means seconds) or ISO 8601 with its
 * zone. Undefined when it is none of these or lies outside the years 2000 to 2099.
 */
export function timeOf(value: unknown): Date | undefined {
  const ms = millisecondsOf(value);
  return ms !== undefined && ms >= EARLIEST && ms < LATEST ? new Date(ms) : undefined;
}

function millisecondsOf(value: unknown): number | undefined {
  if (typeof value === 'string' && DATE_TIME.test(value)) return Date.parse(value);
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
  return Math.trunc(number < SECONDS_BELOW ? number * 1000 : number);
}
