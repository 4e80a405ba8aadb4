import { createHash } from 'node:crypto';

const MAX_BYTES = 500;

/** Whether `id` can be kept as it is: not empty, at most 500 bytes, no NUL, no lone surrogates. */
export function isPlainId(id: string): boolean {
  return (
    id !== '' && id.length <= MAX_BYTES && Buffer.byteLength(id) <= MAX_BYTES && !id.includes('\0') && id.isWellFormed()
  );
}

/** `id` itself, or a hash in its place where it cannot be kept as it is. */
export function boundedId(id: string): string {
  return isPlainId(id) ? id : `sha256:${createHash('sha256').update(id, 'utf8').digest('hex')}`;
}

/**
 * A key out of parts, such as `message:6841097253:417`; different parts give different keys. At most 500 bytes: longer
 * ones are hashed.
 */
export function eventKey(...parts: readonly (string | undefined)[]): string {
  return boundedId(parts.map((part) => (part ?? '').replaceAll('%', '%25').replaceAll(':', '%3A')).join(':'));
}

/**
 * A hash of the content of JSON data: equal for equal data, whatever the order of keys or the envelope around it.
 * Takes data of any depth.
 */
export function fingerprint(data: unknown): string {
  const hash = createHash('sha256');
  const waiting: unknown[] = [data];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (Array.isArray(value)) {
      hash.update(`[${value.length}`);
      for (const item of value as unknown[]) waiting.push(item);
    } else if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
      hash.update(`{${entries.length}`);
      for (const entry of entries) waiting.push(entry[1], entry[0]);
    } else {
      const text = String(value);
      hash.update(`${typeof value}${text.length}:${text}`);
    }
  }
  return hash.digest('hex').slice(0, 32);
}
