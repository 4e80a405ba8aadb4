import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';
import { inPointer, Problem, type ProblemPointer } from '#api-kit';

const MOST = 100;

/**
 * Refuses a body, or query parameters, where an operation takes none: they would be ignored, and whoever sent them believe in
 * what did not happen. What an operation takes is what its method asks for, by `@Body` and `@Query`, or by `@Req` to read it
 * itself: the query of a GET, the body of all others. What is in there, the validation looks at. Outside the API, watchers and browsers may add what they like.
 */
export class UnaskedGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (!request.routeOptions.url?.startsWith('/v1/')) return true;
    const pointers = unaskedIn(request, argumentsOf(context));
    if (pointers.length === 0) return true;
    throw Problem.invalid('The request is not acceptable; see "errors".', pointers.slice(0, MOST));
  }
}

function unaskedIn({ body, method, query }: FastifyRequest, asked: ReadonlySet<RouteParamtypes>): ProblemPointer[] {
  const readItself = asked.has(RouteParamtypes.REQUEST);
  const takesBody = asked.has(RouteParamtypes.BODY) || (readItself && method !== 'GET');
  const takesQuery = asked.has(RouteParamtypes.QUERY) || (readItself && method === 'GET');
  const noBody = `no body${takesQuery ? ', only query parameters' : ''}`;
  const noQuery = `no query parameters${takesBody ? ', only a body' : ''}`;
  return [...(takesBody ? [] : pointersTo(body, '#/', noBody)), ...(takesQuery ? [] : pointersTo(query, '?', noQuery))];
}

function pointersTo(given: unknown, prefix: string, taken: string): ProblemPointer[] {
  return Object.keys(given ?? {}).map((name) => ({
    pointer: `${prefix}${inPointer(name)}`,
    detail: `${name} is not taken here: this operation takes ${taken}`,
  }));
}

/** Nest keeps them with the class, as keys of the form `kind:position`. */
function argumentsOf(context: ExecutionContext): ReadonlySet<RouteParamtypes> {
  const noted: unknown = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name);
  return new Set(Object.keys(noted ?? {}).map((key) => Number(key.split(':', 1)[0])));
}
