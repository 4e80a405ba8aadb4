import type { ByteRange } from './storage/storage.js';

/**
 * What a Range header asks for of `size` bytes: a range, `unsatisfiable`, or undefined for all of it (no header, several
 * ranges, or nothing we understand: RFC 9110 lets a server ignore it).
 */
export function byteRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const asked = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  const [, first = '', last = ''] = asked ?? [];
  if (!asked || (first === '' && last === '')) return undefined;
  if (first === '') return lastBytes(Number(last), size);
  const [from, to] = [Number(first), last === '' ? size - 1 : Math.min(Number(last), size - 1)];
  if (last !== '' && Number(last) < from) return undefined;
  return from < size ? { from, to } : 'unsatisfiable';
}

function lastBytes(count: number, size: number): ByteRange | 'unsatisfiable' {
  return count > 0 && size > 0 ? { from: Math.max(0, size - count), to: size - 1 } : 'unsatisfiable';
}
