import { ValidateIf } from 'class-validator';

/** The property may be left out, but is never null (which `@IsOptional()` would let through). */
export function Omittable(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}
