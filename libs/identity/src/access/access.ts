import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { Role } from './role.js';

export const ACCESS = 'parley:access';

/** In the OpenAPI document: the roles that may call an operation; empty = public. */
export const ROLES_EXTENSION = 'x-roles';

/** What a route declares: the roles that may call it, or everybody. */
export type Access = readonly Role[] | 'public';

/** Who may call this route (or all routes of this controller). `@Allow(...ROLES)` = anyone signed in. */
export function Allow(role: Role, ...others: Role[]): MethodDecorator & ClassDecorator {
  const roles: Access = [role, ...others];
  return applyDecorators(SetMetadata(ACCESS, roles), ApiExtension(ROLES_EXTENSION, [...roles]));
}

/** Anyone may call this route, signed in or not. */
export function Public(): MethodDecorator & ClassDecorator {
  const access: Access = 'public';
  return applyDecorators(SetMetadata(ACCESS, access), ApiExtension(ROLES_EXTENSION, []));
}
