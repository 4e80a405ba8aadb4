import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Matches, MinLength } from 'class-validator';

/** A text of a certain form. `message` says which; the document shows the pattern, which has no flags but `u`. */
export function Matching(pattern: RegExp, message: string): PropertyDecorator {
  return applyDecorators(Matches(pattern, { message }), ApiProperty({ pattern: pattern.source }));
}

/** A text that says something: one of blanks alone does not. */
export function NotBlank(): PropertyDecorator {
  return applyDecorators(
    Matches(/\S/, { message: '$property must not be empty' }),
    ApiProperty({ minLength: 1, pattern: '\\S' }),
  );
}

/** Blanks are something here. */
export function NotEmpty(): PropertyDecorator {
  return applyDecorators(MinLength(1, { message: '$property must not be empty' }), ApiProperty({ minLength: 1 }));
}
