import { buildMessage, isISO8601, ValidateBy } from 'class-validator';

/** A time in the forms of ISO 8601 that JavaScript reads: no weeks, no bare hours. What nobody can read would be no limit at all. */
export function IsMoment(): PropertyDecorator {
  return ValidateBy({
    name: 'isMoment',
    validator: {
      validate: (value) => isISO8601(value, { strict: true }) && !Number.isNaN(Date.parse(String(value))),
      defaultMessage: buildMessage((each) => `${each}$property must be a time like 2026-11-22T10:00:00.000Z`),
    },
  });
}
