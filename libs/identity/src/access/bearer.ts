import type { FastifyRequest } from 'fastify';

const BEARER = /^Bearer ([\w.~+/=-]{1,4096})$/i;

/** The token a request carries, not yet proved to be anybody's. For `@Public()` routes that also take callers. */
export function bearerOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  return BEARER.exec(headers.authorization ?? '')?.[1];
}
