import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, LessThan, type Repository } from 'typeorm';
import { decodeCursor, encodeCursor, Idempotency, pageOf, Problem, type Page, type PageQuery } from '#api-kit';
import { Database, isId, newId } from '#database';
import { callerKey, type Caller } from '../access/caller.js';
import { Callers } from '../access/callers.js';
import { audit } from '../audit/audit.js';
import type { Role } from '../access/role.js';
import { hashOfApiKey, newApiKeySecret } from './api-key-secret.js';
import { ApiKeyEntity } from './api-key.entity.js';

export type ApiKey = Readonly<Omit<ApiKeyEntity, 'secretHash' | 'createdBy'>>;

/** Keys by which programs call the API, each with a role. */
@Injectable()
export class ApiKeys {
  constructor(
    private readonly database: Database,
    @InjectRepository(ApiKeyEntity) private readonly keys: Repository<ApiKeyEntity>,
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
        const made = tx.getRepository(ApiKeyEntity).create({
          ...wanted,
          id: newId(),
          prefix,
          secretHash: hashOfApiKey(secret),
          createdBy: caller.kind === 'user' ? caller.id : null,
          lastUsedAt: null,
          revokedAt: null,
        });
        const view = viewOf(await tx.getRepository(ApiKeyEntity).save(made));
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
    return pageOf(found.map(viewOf), limit, ({ id }) => encodeCursor([id]));
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
}

function viewOf({ id, name, prefix, role, createdAt, lastUsedAt, revokedAt }: ApiKeyEntity): ApiKey {
  return { id, name, prefix, role, createdAt, lastUsedAt, revokedAt };
}
