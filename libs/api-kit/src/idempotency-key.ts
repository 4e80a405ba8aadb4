import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.js';
import { documentOn } from './uuid-param.js';

const VISIBLE_ASCII = /^[\x21-\x7e]{1,255}$/;

/** The value of the `Idempotency-Key` header, or undefined without one. Throws Problem 400 when it is malformed. */
export function readIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && VISIBLE_ASCII.test(header)) return header;
  throw new Problem(400, 'invalid_idempotency_key', 'Idempotency-Key must be 1 to 255 visible ASCII characters.');
}

/** The request's idempotency key as an argument (`string | undefined`), documented and validated. */
export const IdempotencyKey = createParamDecorator(
  (_: unknown, context: ExecutionContext) =>
    readIdempotencyKey(context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key']),
  [
    (target, key) =>
      documentOn(
        target,
        key,
        ApiHeader({
          name: 'Idempotency-Key',
          required: false,
          description: 'Repeating a request with the same key and body gives the first answer again, for 24 hours.',
          schema: { type: 'string', minLength: 1, maxLength: 255 },
        }),
      ),
  ],
);
