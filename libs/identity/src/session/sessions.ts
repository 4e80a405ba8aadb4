import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { Database, newId, type Tx } from '#database';
import { Callers } from '../access/callers.js';
import { audit } from '../audit/audit.js';
import { Passwords } from '../user/passwords.js';
import { type Credentials, holdCredentials, UserRepository } from '../user/user.repository.js';
import { ACCESS_TOKEN_SECONDS, AccessTokens } from './access-tokens.js';
import { RefreshTokens } from './refresh-tokens.js';
import {
  deleteEndedSessions,
  lockRefreshToken,
  openSession,
  revokeSession,
  rotate,
  type SessionRow,
} from './session.repository.js';

export interface Tokens {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly refreshToken: string;
}

type Refresh = { readonly session: SessionRow; readonly token: string } | 'unknown' | 'reused';

/** Signing in, and staying in. */
@Injectable()
export class Sessions {
  constructor(
    private readonly database: Database,
    private readonly users: UserRepository,
    private readonly passwords: Passwords,
    private readonly accessTokens: AccessTokens,
    private readonly refreshTokens: RefreshTokens,
    private readonly callers: Callers,
  ) {}

  /** The same answer, after the same time, whether the e-mail is unknown, the password wrong or the user inactive. */
  async signIn(email: string, password: string): Promise<Tokens> {
    const user = await this.users.credentialsOf(email);
    const right = await this.passwords.matches(password, user?.passwordHash);
    if (!user?.active || !right) return this.refuse(user);
    const session = { id: newId(), userId: user.id };
    const token = this.refreshTokens.first();
    const isOpen = await this.database.transaction(async (tx) => {
      // Checking took a while: a change of the password, or of the user, that came meanwhile could not end this session.
      if (!(await holdCredentials(tx, user))) return false;
      await openSession(tx, session, this.refreshTokens.hash(token));
      const actor = { id: user.id, name: user.name };
      await audit(tx, { action: 'session.opened', kind: 'user', subjectId: user.id, actor });
      return true;
    });
    if (!isOpen) return this.refuse(user);
    return this.tokensFor(session, token);
  }

  /**
   * A refresh token works once. Repeated within 10 s, before its successor was used, it gives the same successor again
   * (two tabs at once, a lost answer); repeated later it is taken for stolen and ends the session.
   */
  async refresh(token: string): Promise<Tokens> {
    const outcome = await this.database.transaction((tx) => this.takeTurn(tx, token));
    if (outcome === 'reused') {
      this.callers.forget();
      throw new Problem(401, 'refresh_token_reused', 'This refresh token was used before. Sign in again.');
    }
    if (outcome === 'unknown') throw new Problem(401, 'invalid_refresh_token', 'This session is over. Sign in again.');
    return this.tokensFor(outcome.session, outcome.token);
  }

  /** Drops sessions that ended a month ago or more. */
  async forgetEnded(): Promise<void> {
    await deleteEndedSessions(this.database);
  }

  /** What was typed is not kept: it may be a password in the wrong field. */
  private async refuse(user: Credentials | undefined): Promise<never> {
    const actor = { id: null, name: null };
    await this.database.transaction((tx) =>
      audit(tx, { action: 'session.refused', kind: 'user', subjectId: user?.id ?? null, actor }),
    );
    throw new Problem(401, 'wrong_credentials', 'E-mail or password is wrong.');
  }

  private async takeTurn(tx: Tx, token: string): Promise<Refresh> {
    const successor = this.refreshTokens.successorOf(token);
    const [hash, successorHash] = [this.refreshTokens.hash(token), this.refreshTokens.hash(successor)];
    const held = await lockRefreshToken(tx, hash, successorHash);
    if (!held?.alive) return 'unknown';
    const session = { id: held.sessionId, userId: held.userId };
    if (!held.used) {
      await rotate(tx, session.id, hash, successorHash);
    } else if (!held.justUsed || held.successorUsed) {
      await revokeSession(tx, session.id, 'refresh_token_reused');
      await audit(tx, { action: 'session.token_reused', kind: 'user', subjectId: session.userId });
      return 'reused';
    }
    return { session, token: successor };
  }

  private async tokensFor(session: SessionRow, refreshToken: string): Promise<Tokens> {
    return { accessToken: await this.accessTokens.issue(session), expiresIn: ACCESS_TOKEN_SECONDS, refreshToken };
  }
}
