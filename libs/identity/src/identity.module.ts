import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { ThrottlerModule } from '@nestjs/throttler';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessGuard } from './access/access.guard.js';
import { CallerRepository } from './access/caller.repository.js';
import { Callers } from './access/callers.js';
import { DeclaredRoutes } from './access/declared-routes.js';
import { ApiKeyController } from './api-key/api-key.controller.js';
import { ApiKeyEntity } from './api-key/api-key.entity.js';
import { ApiKeys } from './api-key/api-keys.js';
import { AuditController } from './audit/audit.controller.js';
import { AuditEntries } from './audit/audit-entries.js';
import { AuditRepository } from './audit/audit.repository.js';
import { AccessTokens } from './session/access-tokens.js';
import { RefreshTokens } from './session/refresh-tokens.js';
import { SessionController } from './session/session.controller.js';
import { Sessions } from './session/sessions.js';
import { SIGN_IN_LIMITS } from './session/sign-in.guard.js';
import { SignOut } from './session/sign-out.js';
import { FirstAdmin } from './user/first-admin.js';
import { MeController } from './user/me.controller.js';
import { Passwords } from './user/passwords.js';
import { UserController } from './user/user.controller.js';
import { UserDirectory } from './user/user-directory.js';
import { UserEntity } from './user/user.entity.js';
import { UserRepository } from './user/user.repository.js';
import { Users } from './user/users.js';

/** Users, sign-in, API keys, and the guard before every route. */
@Module({
  imports: [
    DiscoveryModule,
    ThrottlerModule.forRoot(SIGN_IN_LIMITS),
    TypeOrmModule.forFeature([UserEntity, ApiKeyEntity]),
  ],
  controllers: [SessionController, MeController, UserController, ApiKeyController, AuditController],
  providers: [
    { provide: APP_GUARD, useClass: AccessGuard },
    AccessTokens,
    ApiKeys,
    AuditEntries,
    AuditRepository,
    CallerRepository,
    Callers,
    DeclaredRoutes,
    FirstAdmin,
    Passwords,
    RefreshTokens,
    Sessions,
    SignOut,
    UserDirectory,
    UserRepository,
    Users,
  ],
  exports: [Callers, FirstAdmin, Sessions, Users],
})
export class IdentityModule {}
