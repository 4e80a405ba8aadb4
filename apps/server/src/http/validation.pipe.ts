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
    try {
      return (await super.transform(value, metadata)) as unknown;
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      const pointers = error.errors.flatMap((one) => pointersOf(one, metadata.type === 'body' ? '#/' : '?'));
      throw Problem.invalid('The request is not acceptable; see "errors".', pointers.slice(0, MOST));
    }
  }
}

function pointersOf(error: ValidationError, prefix: string): ProblemPointer[] {
  const pointer = `${prefix}${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  // The last one is that of the topmost decorator, by custom the type: what a missing value fails, too, is no news.
  const own = Object.values(error.constraints ?? {}).slice(-1);
  return [
    ...own.map((detail) => ({ pointer, detail })),
    ...(error.children ?? []).flatMap((child) => pointersOf(child, `${pointer}/`)),
  ];
}
