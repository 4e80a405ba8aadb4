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

/** What nobody can read would be no limit at all. */
export function IsMoment(): PropertyDecorator {
  return ValidateBy({
    name: 'isMoment',
    validator: {
      validate: isMoment,
      defaultMessage: buildMessage((each) => `${each}$property must be a time like 2026-11-22T10:00:00.000Z`),
    },
  });
}
