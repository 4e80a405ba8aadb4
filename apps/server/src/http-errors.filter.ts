import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem, problemBody, type ProblemDocument } from '#api-kit';
import { isReadOnly, isUnavailable, OutcomeUnknown, sqlState } from '#database';
import type { KnownPaths } from './http/known-paths.js';

/** SQLSTATEs for values the database cannot take: the request's fault, though a check should have caught it before. */
const BAD_DATA = /^(22|23502|23514)/;
const RETRY_AFTER_SECONDS = 2;

const OF_STATUS: Readonly<Record<number, readonly [code: string, detail: string]>> = {
  400: ['malformed_request', 'The request cannot be read.'],
  401: ['unauthenticated', 'Sign in first.'],
  403: ['forbidden', 'This is not allowed.'],
  404: ['not_found', 'There is nothing at this address.'],
  405: ['method_not_allowed', 'This address does not take this method.'],
  408: ['timeout', 'The request took too long to arrive.'],
  413: ['body_too_large', 'The body is larger than this address takes.'],
  414: ['address_too_long', 'The address is too long.'],
  415: ['unsupported_media_type', 'Send application/json.'],
  429: ['too_many_requests', 'Too many requests. Wait a moment.'],
  431: ['headers_too_large', 'The headers are too large.'],
  500: ['internal', 'Something went wrong on our side. The request id helps to find out what.'],
  503: ['unavailable', 'The server cannot do this right now. Try again.'],
};

/** Makes a problem document of every error: of expected ones with their detail, of all others without any. */
@Catch()
export class HttpErrorsFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  constructor(private readonly paths: KnownPaths) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const allowed = request.is404 ? this.paths.methodsOf(request.url) : [];
    const problem = allowed.length > 0 ? ofStatus(405) : documentOf(error);
    if (problem.status === 500) this.logger.error({ requestId: request.id, err: error }, 'unexpected error');
    else if (problem.code === 'refused_by_database')
      this.logger.warn({ requestId: request.id, err: error }, problem.code);
    if (allowed.length > 0) void reply.header('Allow', allowed.join(', '));
    if (!reply.sent) void sendProblem(reply, request.id, problem);
  }
}

export function sendProblem(reply: FastifyReply, requestId: string, problem: ProblemDocument): FastifyReply {
  const { status } = problem;
  if (status === 401) void reply.header('WWW-Authenticate', 'Bearer');
  if ((status === 429 || status === 503) && !reply.hasHeader('Retry-After'))
    void reply.header('Retry-After', problem.retryAfter ?? RETRY_AFTER_SECONDS);
  return reply.status(status).type('application/problem+json').send(problemBody(requestId, problem));
}

/** What the caller is told about an error. */
export function documentOf(error: unknown): ProblemDocument {
  if (error instanceof Problem) {
    const { statusCode: status, code, detail, extra, pointers } = error;
    return { ...extra, status, code, detail, ...(pointers.length > 0 ? { errors: pointers } : {}) };
  }
  if (error instanceof HttpException) return ofStatus(error.getStatus());
  if (error instanceof OutcomeUnknown) {
    return {
      status: 503,
      code: 'outcome_unknown',
      detail:
        'The database did not confirm this in time: it may be done, or not. Sent again with the same Idempotency-Key it is ' +
        'done once; without one, look first.',
    };
  }
  if (isUnavailable(error)) {
    return {
      status: 503,
      code: 'database_unavailable',
      detail: isReadOnly(error)
        ? 'The database takes no writes right now: it is a standby, or set to read-only. Try again.'
        : 'The database cannot be reached right now. Try again.',
    };
  }
  if (BAD_DATA.test(sqlState(error) ?? '')) {
    return { status: 422, code: 'refused_by_database', detail: 'A value in the request cannot be stored.' };
  }
  const problem = ofStatus(clientStatusOf(error) ?? 500);
  return isBadAddress(error) ? { ...problem, detail: 'The address is not encoded as addresses are.' } : problem;
}

/** A `%` that is followed by no two digits, or by bytes that are no UTF-8. */
function isBadAddress(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'FST_ERR_BAD_URL';
}

/** What is to be said where nothing is known but the status. */
export function ofStatus(status: number): ProblemDocument {
  const [code, detail] = OF_STATUS[status] ?? OF_STATUS[status < 500 ? 400 : 500] ?? ['internal', ''];
  return { status, code, detail };
}

/** Fastify's own errors carry the status they mean. */
function clientStatusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : undefined;
}
