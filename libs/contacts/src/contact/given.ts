import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { buildMessage, ValidateBy } from 'class-validator';

/** As many attributes as a contact may have by hand. A merge keeps those of both. */
export const MOST_ATTRIBUTES = 50;
const ATTRIBUTE_NAME = /^[\p{L}\p{N}_][\p{L}\p{N} _.-]{0,63}$/u;
export const LONGEST_VALUE = 500;

/** PostgreSQL takes neither NUL nor half a character; on one line other control characters have no place either. */
export function Text(max: number, { lines = Infinity } = {}): PropertyDecorator {
  const unwanted = lines === 1 ? /\p{Cc}/u : /\0/;
  const text = ValidateBy({
    name: 'text',
    validator: {
      validate: (value: unknown) => isText(value, max) && !unwanted.test(value),
      defaultMessage: buildMessage(
        (each) => `${each}$property must be ${lines === 1 ? 'one line of ' : ''}text of at most ${max} characters`,
      ),
    },
  });
  return applyDecorators(text, ApiProperty({ maxLength: max }));
}

/** Values by name, null for what shall go. */
export function AttributeChanges(): PropertyDecorator {
  return ValidateBy({
    name: 'attributes',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'object' && value !== null && Object.entries(value).every(isChange),
      defaultMessage: buildMessage(
        (each) =>
          `${each}$property must have names of at most 64 letters, digits, blanks, dots, _ and -, and values that are text of at most ${LONGEST_VALUE} characters or null`,
      ),
    },
  });
}

function isChange([name, value]: [string, unknown]): boolean {
  return ATTRIBUTE_NAME.test(name) && (value === null || (isText(value, LONGEST_VALUE) && !value.includes('\0')));
}

function isText(value: unknown, max: number): value is string {
  return typeof value === 'string' && [...value].length <= max && value.isWellFormed();
}
