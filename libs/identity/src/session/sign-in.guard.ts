import { type ExecutionContext, Injectable } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail, type ThrottlerModuleOptions } from '@nestjs/throttler';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '#api-kit';
import { callerOf } from '../access/caller.js';
import { networkOf } from './network-of.js';

const MINUTE_MS = 60_000;

/** Attempts a minute: at one account from one address, and from one address at all accounts. All of an IPv6 network are one. */
export const SIGN_IN_LIMITS: ThrottlerModuleOptions = {
  throttlers: [
    { name: 'address', ttl: MINUTE_MS, limit: 300, getTracker: (request) => addressOf(request), setHeaders: false },
    {
      name: 'default',
      ttl: MINUTE_MS,
      limit: 10,
      getTracker: (request) => `${addressOf(request)} ${accountOf(request)}`,
    },
  ],
};

/**
 * Slows down guessing of passwords. Counted by address and account together, so nobody can lock somebody else out.
 */
@Injectable()
export class SignInGuard extends ThrottlerGuard {
  protected override headerPrefix = 'RateLimit';

  /** The library says when to come back for one of the two limits only. */
  protected override throwThrottlingException(
    context: ExecutionContext,
    { timeToBlockExpire }: ThrottlerLimitDetail,
  ): Promise<void> {
    void context.switchToHttp().getResponse<FastifyReply>().header('Retry-After', timeToBlockExpire);
    throw new Problem(429, 'too_many_attempts', 'Too many attempts. Wait a moment and try again.');
  }
}

function addressOf(request: object): string {
  return networkOf((request as FastifyRequest).ip);
}

function accountOf(request: object): string {
  const body: unknown = (request as FastifyRequest).body;
  if (typeof body === 'object' && body !== null && 'email' in body && typeof body.email === 'string') {
    return body.email.trim().toLowerCase();
  }
  return callerOf(request)?.id ?? '';
}
