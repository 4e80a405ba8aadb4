import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem } from '#api-kit';
import { noteCallerOfRequest } from './request-context.js';
import type { Role } from './role.js';

/** Who is calling: a person with a session, or a program with an API key. */
export interface Caller {
  readonly kind: 'user' | 'key';
  /** User id or API key id. */
  readonly id: string;
  readonly role: Role;
  readonly name: string;
  /** The session of a person; absent for keys. */
  readonly sessionId?: string;
}

const callers = new WeakMap<object, Caller>();

/** The guard notes who is calling; nobody else does. */
export function noteCaller(request: object, caller: Caller): void {
  callers.set(request, caller);
  noteCallerOfRequest(caller);
}

/** The caller of a request, or undefined on public routes. */
export function callerOf(request: object): Caller | undefined {
  return callers.get(request);
}

/** The caller as an argument of a controller's method. Not for `@Public()` routes. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const caller = callerOf(context.switchToHttp().getRequest<FastifyRequest>());
  if (!caller) throw new Error('CurrentCaller on a public route');
  return caller;
});

/** The calling person's user id. An API key is nobody: Problem 403 `needs_user`. */
export function requireUser(caller: Caller): string {
  if (caller.kind === 'user') return caller.id;
  throw new Problem(403, 'needs_user', 'This is for people: sign in instead of using an API key.');
}

/** A caller as one word, e.g. for idempotency keys. */
export function callerKey({ kind, id }: Caller): string {
  return `${kind}:${id}`;
}
