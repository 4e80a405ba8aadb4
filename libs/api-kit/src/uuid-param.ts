import { Param, type PipeTransform } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { isId } from '#database';
import { Problem } from './problem.js';

/** A malformed id names nothing, so it answers like an unknown one. */
class IdPipe implements PipeTransform<unknown, string> {
  constructor(private readonly what: string) {}

  transform(value: unknown): string {
    if (!isId(value)) throw Problem.notFound(this.what);
    return value.toLowerCase();
  }
}

/** A path parameter that holds an id, e.g. `@UuidParam('chatId')`. Anything else answers 404, never a database error. */
export function UuidParam(name: string): ParameterDecorator {
  const what = name.replace(/Id$/, '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return (target, key, index) => {
    Param(name, new IdPipe(what))(target, key, index);
    documentOn(target, key, ApiParam({ name, schema: { type: 'string', format: 'uuid' } }));
  };
}

/** Applies a method decorator from within a parameter decorator. */
export function documentOn(target: object, key: string | symbol | undefined, decorator: MethodDecorator): void {
  const descriptor = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
  if (key !== undefined && descriptor) decorator(target, key, descriptor);
}
