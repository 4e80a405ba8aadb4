import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Problem } from '#api-kit';
import { ACCESS, type Access } from './access.js';
import { bearerOf } from './bearer.js';
import { noteCaller } from './caller.js';
import { Callers } from './callers.js';

/** Global: a route is closed unless it declares who may call it. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly callers: Callers,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const bearer = bearerOf(request);
    const caller = bearer === undefined ? undefined : await this.callers.of(bearer);
    if (!caller) throw unauthenticated();
    if (!access?.includes(caller.role)) throw new Problem(403, 'forbidden', 'Your role does not allow this.');
    noteCaller(request, caller);
    return true;
  }
}

export function unauthenticated(): Problem {
  return new Problem(401, 'unauthenticated', 'Sign in, or send an API key, as a Bearer token.');
}
