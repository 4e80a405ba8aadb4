import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform, type TransformFnParams } from 'class-transformer';
import { buildMessage, MaxLength, ValidateBy, ValidateIf } from 'class-validator';
import { NotBlank } from '#api-kit';

/** One line people typed: a name, a caption. The blanks around it are not part of it. */
export function OneLine(max: number): PropertyDecorator {
  return given(max, ValidateBy({ name: 'oneLine', validator: ONE_LINE }));
}

/** A text people typed, in as many lines as they like. The blanks around it are not part of it. */
export function SeveralLines(max: number): PropertyDecorator {
  return given(max, ValidateBy({ name: 'severalLines', validator: SEVERAL_LINES }));
}

function given(max: number, isText: PropertyDecorator): PropertyDecorator {
  return applyDecorators(Transform(trimmed), MaxLength(max), NotBlank(), isText, ApiProperty({ maxLength: max }));
}

/** May be left out, but not null: `IsOptional` would let a null pass where the database has none. */
export function IfGiven(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}

/** PostgreSQL takes neither NUL nor half a character; other control characters have no place in a name. */
const ONE_LINE = {
  validate: (value: unknown) => typeof value === 'string' && !/\p{Cc}/u.test(value) && value.isWellFormed(),
  defaultMessage: buildMessage((each) => `${each}$property must be one line of text`),
};

const SEVERAL_LINES = {
  validate: (value: unknown) => typeof value === 'string' && !/[^\P{Cc}\n\r\t]/u.test(value) && value.isWellFormed(),
  defaultMessage: buildMessage((each) => `${each}$property must be text without control characters`),
};

function trimmed({ value }: TransformFnParams): unknown {
  return typeof value === 'string' ? value.trim() : value;
}
