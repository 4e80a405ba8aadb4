import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, LessThan, type Repository } from 'typeorm';
import { decodeCursor, encodeCursor, Idempotency, pageOf, Problem, type Page, type PageQuery } from '#api-kit';
import { Database, isId, newId } from '#database';
import { unauthenticated } from '../access/access.guard.js';
import { callerKey, type Caller } from '../access/caller.js';
import { Callers } from '../access/callers.js';
import { audit } from '../audit/audit.js';
import type { Role } from '../access/role.js';
import { UserRepository } from '../user/user.repository.js';
import { hashOfApiKey, newApiKeySecret } from './api-key-secret.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { holdMaker, revokeKeysOf, type KeyMaker } from './api-key.repository.js';

export type ApiKey = Readonly<Omit<ApiKeyEntity, 'secretHash' | 'createdBy'>> & { readonly createdBy: KeyMaker | null };

/**
 * Keys by which programs call the API, each with a role. They are the house's and not their maker's: what calls by one goes on
 * when that user leaves. So each says who stands behind it, and all of one user can be revoked at once.
 */
@Injectable()
export class ApiKeys {
  constructor(
    private readonly database: Database,
    @InjectRepository(ApiKeyEntity) private readonly keys: Repository<ApiKeyEntity>,
    private readonly users: UserRepository,
    private readonly idempotency: Idempotency,
    private readonly callers: Callers,
  ) {}

  /** The secret is in this answer only. */
  async create(
    wanted: { readonly name: string; readonly role: Role },
    caller: Caller,
    key: string | undefined,
  ): Promise<ApiKey & { readonly secret: string }> {
    const { secret, prefix } = newApiKeySecret();
    const request = { caller: callerKey(caller), route: 'POST /v1/api-keys', key, request: wanted };
    return this.database.transaction((tx) =>
      this.idempotency.onceWithoutReplay(tx, request, async () => {
        const maker = await holdMaker(tx, caller);
        if (maker === undefined) throw unauthenticated();
        const made = tx.getRepository(ApiKeyEntity).create({
          ...wanted,
          id: newId(),
          prefix,
          secretHash: hashOfApiKey(secret),
          createdBy: maker?.id ?? null,
          lastUsedAt: null,
          revokedAt: null,
        });
        const view = viewOf(await tx.getRepository(ApiKeyEntity).save(made), maker);
        await audit(tx, { action: 'api_key.created', subjectId: view.id, after: view });
        return { ...view, secret };
      }),
    );
  }

  /** Newest first, revoked ones too. */
  async page({ cursor, limit }: PageQuery): Promise<Page<ApiKey>> {
    const before = cursor === undefined ? undefined : decodeCursor(cursor, 1)[0];
    if (before !== undefined && !isId(before)) throw Problem.unknownCursor();
    const where = before === undefined ? {} : { id: LessThan(before) };
    const found = await this.keys.find({ where, order: { id: 'DESC' }, take: limit + 1 });
    const makers = await this.users.findAll([...new Set(found.flatMap(({ createdBy }) => createdBy ?? []))]);
    const byId = new Map(makers.map((maker) => [maker.id, maker]));
    const views = found.map((key) => viewOf(key, byId.get(key.createdBy ?? '') ?? null));
    return pageOf(views, limit, ({ id }) => encodeCursor([id]));
  }

  /** Revoking twice is harmless. */
  async revoke(id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const keys = tx.getRepository(ApiKeyEntity);
      const { affected } = await keys.update({ id, revokedAt: IsNull() }, { revokedAt: () => 'now()' });
      if (affected) await audit(tx, { action: 'api_key.revoked', subjectId: id });
      else if (!(await keys.existsBy({ id }))) throw Problem.notFound('API key');
    });
    this.callers.forget();
  }

  /** Everything a user stands behind, keys that were made by keys included: none that is being made escapes. */
  async revokeAllOf(userId: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const revoked = await revokeKeysOf(tx, userId);
      if (!revoked) throw Problem.notFound('user');
      for (const id of revoked) await audit(tx, { action: 'api_key.revoked', subjectId: id });
    });
    this.callers.forget();
  }
}

function viewOf(key: ApiKeyEntity, maker: KeyMaker | null): ApiKey {
  const { id, name, prefix, role, createdAt, lastUsedAt, revokedAt } = key;
  const createdBy = maker && { id: maker.id, name: maker.name, role: maker.role, active: maker.active };
  return { id, name, prefix, role, createdBy, createdAt, lastUsedAt, revokedAt };
}
