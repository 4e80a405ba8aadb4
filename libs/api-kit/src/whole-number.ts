import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';

/** A whole number within these bounds, in a body. */
export function WholeNumber(min: number, max: number): PropertyDecorator {
  return applyDecorators(
    Max(max),
    Min(min),
    IsInt({ message: '$property must be a whole number' }),
    ApiProperty({ type: 'integer', minimum: min, maximum: max }),
  );
}

/** The same in a query, in decimal digits: JavaScript alone would read `0x10`, `1e1` and blanks, too. */
export function WholeNumberInQuery(min: number, max: number): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value,
    ),
    WholeNumber(min, max),
  );
}
