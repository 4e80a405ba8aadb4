import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { Problem, type ProblemPointer } from '#api-kit';

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
    const nested = metadata.type === 'body' ? listInList(value, '#') : undefined;
    if (nested !== undefined) throw refusal([{ pointer: nested, detail: 'must not be a list' }]);
    try {
      return (await super.transform(value, metadata)) as unknown;
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      const pointers = error.errors.flatMap((one) => pointersOf(one, metadata.type === 'body' ? '#/' : '?'));
      throw refusal(pointers.slice(0, MOST));
    }
  }
}

function refusal(pointers: ProblemPointer[]): Problem {
  return Problem.invalid('The request is not acceptable; see "errors".', pointers);
}

/**
 * Where a list stands in a list. class-validator looks through such a one as though it were not there, so what is checked to
 * be an object would come in as a list. No body of ours has one.
 */
function listInList(value: unknown, pointer: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, item] of Object.entries(value) as [string, unknown][]) {
    const at = `${pointer}/${escaped(key)}`;
    const found = Array.isArray(value) && Array.isArray(item) ? at : listInList(item, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function pointersOf(error: ValidationError, prefix: string): ProblemPointer[] {
  const pointer = `${prefix}${escaped(error.property)}`;
  // The last one is that of the topmost decorator, by custom the type: what a missing value fails, too, is no news.
  const own = Object.values(error.constraints ?? {}).slice(-1);
  return [
    ...own.map((detail) => ({ pointer, detail })),
    ...(error.children ?? []).flatMap((child) => pointersOf(child, `${pointer}/`)),
  ];
}
