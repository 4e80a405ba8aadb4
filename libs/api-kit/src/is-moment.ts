import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { buildMessage, isISO8601, ValidateBy } from 'class-validator';

/** Further from UTC than PostgreSQL lets a clock be. */
const FAR_OFF = /[+-](1[6-9]|2\d):?\d\d$/;

/**
 * Whether JavaScript and PostgreSQL both know this time, in a form of ISO 8601 that names a day: JavaScript alone reads months,
 * years and a year 0, too.
 */
export function isMoment(value: unknown): value is string {
  if (typeof value !== 'string' || !isISO8601(value.toUpperCase(), { strict: true })) return false;
  const day = /^\d{4}-\d\d-\d\d/.exec(value)?.[0];
  if (day === undefined || day < '0001' || FAR_OFF.test(value.slice(day.length))) return false;
  return !Number.isNaN(Date.parse(value));
}

/** One that says how far from UTC its clock is: another would be of the zone the server happens to stand in. */
function isZonedMoment(value: unknown): boolean {
  return isMoment(value) && /T.*(Z|[+-]\d\d:?\d\d)$/i.test(value);
}

/**
 * A moment of a request: a time with its zone, or a day, which is its first moment in UTC and arrives as that. The one rule
 * for all of them, which the document tells at its beginning.
 */
export function IsMoment(): PropertyDecorator {
  const defaultMessage = buildMessage((each) => `${each}$property must be ${FORM}`);
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (isDay(value) ? `${value}T00:00:00.000Z` : value)),
    ValidateBy({ name: 'isMoment', validator: { validate: isZonedMoment, defaultMessage } }),
    ApiProperty({ format: 'date-time' }),
  );
}

const FORM = 'a time with its zone, like 2026-11-22T10:00:00.000Z, or a day';

function isDay(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value);
}
