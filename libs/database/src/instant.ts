import pg from 'pg';

const INSTANT = pg.types.builtins.TIMESTAMPTZ;
const bySlowParser = pg.types.getTypeParser(INSTANT) as (text: string) => Date | number | null;

/**
 * A `timestamptz` as PostgreSQL writes it, to the millisecond. In UTC it is read digit by digit: the driver's parser makes
 * more garbage of one moment than the rest of its row is. Other zones, years and infinity are left to that parser.
 */
export function instantOf(text: string): Date | number | null {
  return isPlainUtc(text) ? new Date(utcOf(text)) : bySlowParser(text);
}

/** Like `2026-11-29 01:47:49.390123+00`, with a fraction or without. */
function isPlainUtc(text: string): boolean {
  const { length } = text;
  if (!text.endsWith('+00') || text[0] === '0' || text[4] !== '-' || text[10] !== ' ') return false;
  return length === 22 || (length > 23 && length < 30 && text[19] === '.');
}

function utcOf(text: string): number {
  const [year, month, day] = [number(text, 0, 4), number(text, 5, 7), number(text, 8, 10)];
  const [hour, minute, second] = [number(text, 11, 13), number(text, 14, 16), number(text, 17, 19)];
  const end = Math.min(23, text.length - 3);
  const fraction = number(text, 20, end) * 10 ** (23 - end);
  return Date.UTC(year, month - 1, day, hour, minute, second, text.length === 22 ? 0 : fraction);
}

function number(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + text.charCodeAt(at) - 0x30;
  return value;
}

const TYPES = pg.types as pg.CustomTypesConfig;

/** How answers of the database become values: as the driver does it, but for moments. */
export const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    const isInstant = oid === Number(INSTANT) && format !== 'binary';
    return isInstant ? instantOf : (TYPES.getTypeParser(oid, format) as unknown);
  }) as pg.CustomTypesConfig['getTypeParser'],
};
