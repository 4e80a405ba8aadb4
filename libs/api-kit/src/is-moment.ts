import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { buildMessage, isISO8601, isRFC3339, ValidateBy } from 'class-validator';

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

/** What nobody can read would be no limit at all. */
export function IsMoment(): PropertyDecorator {
  return moment('isMoment', isMoment, 'a time like 2026-11-22T10:00:00.000Z');
}

/** One that says how far from UTC its clock is: not the server's own time where it does not. */
export function IsZonedMoment(): PropertyDecorator {
  const isZoned = (value: unknown) => isMoment(value) && isRFC3339(value);
  return moment('isZonedMoment', isZoned, 'a time with its zone, like 2026-11-22T10:00:00.000Z');
}

function moment(name: string, validate: (value: unknown) => boolean, form: string): PropertyDecorator {
  const defaultMessage = buildMessage((each) => `${each}$property must be ${form}`);
  return applyDecorators(
    ValidateBy({ name, validator: { validate, defaultMessage } }),
    ApiProperty({ format: 'date-time' }),
  );
}
