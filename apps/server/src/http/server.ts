import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { requestIdOf } from '#api-kit';
import { withPatience } from '#database';
import { withinRequest } from '#identity';
import type { Config } from '../config.js';
import { documentOf, HttpErrorsFilter, sendProblem } from '../http-errors.filter.js';
import { logAccess } from './access-log.js';
import { checkBodies } from './body-limits.js';
import { answerBrokenRequest } from './broken-requests.js';
import { closeConnectionsWhileStopping } from './draining.js';
import { takeJsonOnly } from './json-bodies.js';
import { KnownPaths } from './known-paths.js';
import { takeMultipart } from './multipart-bodies.js';
import { UnaskedGuard } from './unasked.guard.js';
import { ProblemValidationPipe } from './validation.pipe.js';
import { serveWatchersOnly } from './worker-paths.js';

const BODY_LIMIT = 1024 * 1024;
/** For a whole request to come in, an upload over a slow line too: whoever takes longer holds connections and memory. */
const REQUEST_MS = 5 * 60_000;
/** For its head alone. */
const HEAD_MS = 60_000;
/** How long the database may keep a caller waiting with one statement; above the bound reports have of their own. */
const STATEMENT_PATIENCE_MS = 16_000;

/** Enough for the Swagger page, which is ours down to its last script; nothing for anybody else. */
const CONTENT_SECURITY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    fontSrc: ["'self'"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
};

export function fastifyAdapter(config: Config, requestMs = REQUEST_MS): FastifyAdapter {
  const trusted = config.values.PARLEY_TRUST_PROXY;
  const secure = securityOf(config);
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    trustProxy: trusted.length === 0 ? false : trusted.join() === 'true' ? true : [...trusted],
    requestTimeout: requestMs,
    // Node looks for those that take too long now and then only, and takes the longer time for that of a whole request.
    http: { connectionsCheckingInterval: requestMs / 10, headersTimeout: Math.min(HEAD_MS, requestMs) },
    requestIdHeader: false,
    genReqId: requestIdOf,
    // While closing, what still comes on open connections is served and the connection closed: nothing is lost.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 300 },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      // No hook has seen such a request.
      secure(request.raw, reply.raw, () => {
        void sendProblem(reply.header('X-Request-Id', request.id), request.id, documentOf(error));
      });
    },
  });
}

/** Everything that holds for all routes. To be called before the application is initialised. */
export async function dressServer(app: NestFastifyApplication, config: Config, log: Logger): Promise<void> {
  const { values } = config;
  const server = app.getHttpAdapter().getInstance();
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id);
    done();
  });
  if (values.NODE_ROLE === 'worker') serveWatchersOnly(server);
  knowRequests(server);
  const secure = securityOf(config);
  server.addHook('onRequest', (request, reply, done) => secure(request.raw, reply.raw, () => done()));
  closeConnectionsWhileStopping(server);
  logAccess(server, log);
  takeJsonOnly(server);
  await takeMultipart(app);
  checkBodies(server);
  app.useGlobalGuards(new UnaskedGuard());
  app.useGlobalPipes(new ProblemValidationPipe());
  app.useGlobalFilters(new HttpErrorsFilter(KnownPaths.of(server)));
  if (values.PARLEY_CORS_ORIGINS.length > 0) {
    app.enableCors({
      origin: [...values.PARLEY_CORS_ORIGINS],
      // Unless they are named, browsers are told of GET, HEAD and POST alone.
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: [
        'X-Request-Id',
        'Idempotency-Replayed',
        'Retry-After',
        'RateLimit-Limit',
        'RateLimit-Remaining',
        'RateLimit-Reset',
      ],
      // Unless it is said, browsers ask again after five seconds: a round trip more for most calls. The longest that they all keep.
      maxAge: 2 * 60 * 60,
      // An OPTIONS that asks for nothing is told what there is; strictly, the library refuses it in plain text.
      strictPreflight: false,
    });
  }
}

/** Gives answers their security headers. Not the library's plug-in for Fastify, which makes all of it anew for each request. */
function securityOf({ values }: Config) {
  const isHttps = values.PARLEY_PUBLIC_URL?.startsWith('https:') === true;
  return helmet({ contentSecurityPolicy: CONTENT_SECURITY, strictTransportSecurity: isHttps });
}

/** Around the handler alone: while a body is read, its bytes come in the connection's own context. */
function knowRequests(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    const { handler } = route;
    route.handler = function (request, reply) {
      return withinRequest(request.id, () =>
        withPatience(STATEMENT_PATIENCE_MS, () => handler.call(this, request, reply)),
      );
    };
  });
}
