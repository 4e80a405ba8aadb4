import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { inPointer, Problem, type ProblemPointer } from '#api-kit';

class Invalid extends Error {
  constructor(readonly errors: ValidationError[]) {
    super('invalid');
  }
}

const MOST = 100;

/** Unknown properties are refused, values are checked, and every error says where it is: one for each property. */
export class ProblemValidationPipe extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      transform: true,
      exceptionFactory: (errors) => new Invalid(errors),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const prefix = metadata.type === 'body' ? '#/' : '?';
    try {
      const taken = (await super.transform(value, metadata)) as unknown;
      const unknown = inheritedNames(value, taken, prefix);
      if (unknown.length > 0) throw refusal(unknown);
      return taken;
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      throw refusal(error.errors.flatMap((one) => pointersOf(one, prefix)));
    }
  }
}

function refusal(pointers: readonly ProblemPointer[]): Problem {
  return Problem.invalid('The request is not acceptable; see "errors".', pointers.slice(0, MOST));
}

/**
 * Names that every object has, such as `toString`: the library takes them for known ones and leaves them out. Maps have what
 * names they like.
 */
function inheritedNames(given: unknown, taken: unknown, prefix: string): ProblemPointer[] {
  if (!isObject(given) || !isObject(taken)) return [];
  const isOfAClass = !Array.isArray(taken) && Object.getPrototypeOf(taken) !== Object.prototype;
  return Object.entries(given).flatMap(([name, member]) =>
    isOfAClass && name in Object.prototype
      ? [{ pointer: prefix + name, detail: `property ${name} should not exist` }]
      : inheritedNames(member, taken[name], `${prefix}${name}/`),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function pointersOf(error: ValidationError, prefix: string): ProblemPointer[] {
  const pointer = `${prefix}${inPointer(error.property)}`;
  // The last one is that of the topmost decorator, by custom the type: what a missing value fails, too, is no news.
  const own = Object.values(error.constraints ?? {}).slice(-1);
  return [
    ...own.map((detail) => ({ pointer, detail: inWords(error, detail, prefix) })),
    ...(error.children ?? []).flatMap((child) => pointersOf(child, `${pointer}/`)),
  ];
}

/** What the library says in words that nobody would use. */
const BETTER_SAID: readonly (readonly [RegExp, string])[] = [
  [/ must contain at least 1 elements$/, ' must not be empty'],
  [/^All (\S+)'s elements must be unique$/, '$1 must not have the same element twice'],
];

/** What the library says of a value that is not there, or there twice, is true and helps nobody. */
function inWords({ property, value }: ValidationError, detail: string, prefix: string): string {
  if (value === undefined) return `${property} is missing`;
  if (prefix === '?' && Array.isArray(value)) return `${property} must be given once`;
  return BETTER_SAID.reduce((said, [words, better]) => said.replace(words, better), detail);
}
