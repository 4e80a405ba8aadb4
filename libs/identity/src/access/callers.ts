import { Injectable } from '@nestjs/common';
import { BriefCache } from '#database';
import { hashOfApiKey, isApiKey } from '../api-key/api-key-secret.js';
import { AccessTokens } from '../session/access-tokens.js';
import type { Caller } from './caller.js';
import { CallerRepository } from './caller.repository.js';
import type { Role } from './role.js';

const TTL_MS = 3_000;

/**
 * Tells who a bearer token belongs to. An answer is reused for up to 3 s, so a revoked session, a revoked key or a
 * changed role takes effect on every node within that time, and at once on the node that changed it.
 */
@Injectable()
export class Callers {
  private readonly recent = new BriefCache<Caller | undefined>(TTL_MS);

  constructor(
    private readonly tokens: AccessTokens,
    private readonly repository: CallerRepository,
  ) {}

  /** Undefined when the token proves nobody. Rejects when the database cannot be asked. */
  of(bearer: string): Promise<Caller | undefined> {
    return this.recent.get(bearer, () => this.lookUp(bearer));
  }

  /** The role each of these has today. Who may not call any more (signed out, deactivated, revoked) is missing. */
  async rolesOf(callers: readonly Caller[]): Promise<ReadonlyMap<Caller, Role>> {
    const sessions = callers.flatMap(({ sessionId }) => sessionId ?? []);
    const keys = callers.filter(({ kind }) => kind === 'key').map(({ id }) => id);
    const roles = await this.repository.rolesOf(sessions, keys);
    const standing = callers.map((caller) => [caller, roles.get(caller.sessionId ?? caller.id)] as const);
    return new Map(standing.filter((entry): entry is readonly [Caller, Role] => entry[1] !== undefined));
  }

  /** When this token ends by itself; undefined for API keys. Not a proof: the token must have been looked up before. */
  expiryOf(bearer: string): Date | undefined {
    return isApiKey(bearer) ? undefined : this.tokens.expiryOf(bearer);
  }

  /** To be called after a commit that changed who may do what. */
  forget(): void {
    this.recent.clear();
  }

  private async lookUp(bearer: string): Promise<Caller | undefined> {
    if (isApiKey(bearer)) return this.repository.ofApiKey(hashOfApiKey(bearer));
    const sessionId = await this.tokens.sessionOf(bearer);
    return sessionId === undefined ? undefined : this.repository.ofSession(sessionId);
  }
}
