import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { callerKey, callerOf } from '#identity';

/** Called often and by machines: worth a line only when something is wrong. */
const QUIET = /^\/(webhooks|health|metrics|docs)(\/|$)/;

/** One line per request: what, by whom, with which result. The route's pattern, never the address: it may hold secrets. */
export function logAccess(server: FastifyInstance, log: Logger): void {
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url;
    const level = reply.statusCode < 500 && route !== undefined && QUIET.test(route) ? 'debug' : 'info';
    if (log.isLevelEnabled(level)) {
      log[level](
        {
          requestId: request.id,
          method: request.method,
          route: route ?? '(none)',
          ...idsOf(request),
          status: reply.statusCode,
          ms: Math.round(reply.elapsedTime * 10) / 10,
        },
        'request',
      );
    }
    done();
  });
}

/** Who, and which thing: ids only. Outside of /v1 a parameter may be a secret. */
function idsOf(request: FastifyRequest): Record<string, unknown> {
  const caller = callerOf(request);
  if (!caller || !request.routeOptions.url?.startsWith('/v1/')) return {};
  return { caller: callerKey(caller), ...(request.params as object) };
}
