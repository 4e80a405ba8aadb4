import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ProblemDto } from './problem.dto.js';

const MEANING = {
  400: 'The request cannot be read: broken JSON, an unknown cursor, a malformed header.',
  401: 'Nobody is signed in: the access token or API key is missing, expired or revoked.',
  403: 'The caller’s role does not allow this.',
  404: 'There is no such thing, or the caller may not see it.',
  409: 'The request contradicts the present state.',
  413: 'The body is too large.',
  415: 'The body is of a kind this operation does not take.',
  422: 'The request was read, but something in it is not acceptable; `errors` says where.',
  429: 'Too many requests; `Retry-After` says when to come back.',
  502: 'A messenger could not be reached or answered nonsense.',
  503: 'The server cannot do this right now (database away, shutting down); try again.',
} as const;

export type ProblemStatus = keyof typeof MEANING;

/** Statuses an operation may answer that can be sent a body, also where it reads none. */
export const BODY_PROBLEMS: readonly ProblemStatus[] = [413, 415];

/** Statuses every operation may answer; the server adds them to each one that does not document them itself. */
export const COMMON_PROBLEMS: readonly ProblemStatus[] = [400, 401, 403, 404, 409, 422, 429, 503];

/** A response object of the OpenAPI document for a problem of this status. */
export function problemResponse(status: ProblemStatus) {
  return {
    description: MEANING[status],
    content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } } },
  };
}

/** Documents the problems an operation may answer beyond the common ones (such as 502). */
export function ApiProblems(...statuses: ProblemStatus[]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ...statuses.map((status) => ApiResponse({ status, ...problemResponse(status) })),
  );
}
