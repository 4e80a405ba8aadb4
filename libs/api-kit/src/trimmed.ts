import { Transform } from 'class-transformer';

/** Cuts white space off both ends of a string before it is validated. */
export function Trimmed(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value));
}
