import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, Idempotency, pageOf, Problem, type Page, type PageQuery } from '#api-kit';
import { Database, isId, KeyRing, newId, type SealedColumn } from '#database';
import { audit, callerKey, type Caller } from '#identity';
import type { CreateEndpointDto, EndpointDto, NewEndpointDto, UpdateEndpointDto } from './endpoint.dto.js';
import { EndpointRepository } from './endpoint.repository.js';
import { newSecret } from './signing.js';
import { WebhooksOptions } from './webhooks-options.js';

/** How long the previous secret signs as well after a rotation. */
const OVERLAP_HOURS = 24;

/** Where a secret belongs: sealed, it cannot be moved to another endpoint. */
export const placeOfSecret = (endpointId: string) => `webhook_endpoints/${endpointId}/secret`;

/** What this room keeps sealed. */
export const WEBHOOKS_SEALED: readonly SealedColumn[] = [
  { table: 'webhook_endpoints', column: 'secret', form: 'text', boundTo: placeOfSecret },
  { table: 'webhook_endpoints', column: 'previous_secret', form: 'text', boundTo: placeOfSecret },
];

/** Addresses of other programs that want to hear of events. */
@Injectable()
export class Endpoints {
  constructor(
    private readonly database: Database,
    private readonly endpoints: EndpointRepository,
    private readonly keyRing: KeyRing,
    private readonly idempotency: Idempotency,
    private readonly options: WebhooksOptions,
  ) {}

  async list({ cursor, limit }: PageQuery): Promise<Page<EndpointDto>> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor, 1)[0];
    if (after !== undefined && !isId(after)) throw invalidCursor();
    return pageOf(await this.endpoints.list(after, limit + 1), limit, ({ id }) => encodeCursor([id]));
  }

  async get(id: string): Promise<EndpointDto> {
    return required(await this.endpoints.get(id));
  }

  /** The secret is in this answer only. */
  create(caller: Caller, key: string | undefined, wanted: CreateEndpointDto): Promise<NewEndpointDto> {
    const url = this.checked(wanted.url);
    const request = { caller: callerKey(caller), route: 'POST /v1/webhook-endpoints', key, request: wanted };
    return this.database.transaction((tx) =>
      this.idempotency.onceWithoutReplay(tx, request, async () => {
        const [id, secret] = [newId(), newSecret()];
        await this.endpoints.skipToPresent(tx);
        const { description = '', types = [] } = wanted;
        const sealed = this.keyRing.encryptText(secret, placeOfSecret(id));
        await this.endpoints.insert(tx, { id, url, description, types, secret: sealed });
        const endpoint = required(await this.endpoints.get(id, tx));
        await audit(tx, { action: 'webhook_endpoint.created', subjectId: id, after: endpoint });
        return { ...endpoint, secret };
      }),
    );
  }

  update(id: string, change: UpdateEndpointDto): Promise<EndpointDto> {
    const url = change.url === undefined ? undefined : this.checked(change.url);
    return this.database.transaction(async (tx) => {
      if (change.active) await this.endpoints.skipToPresent(tx);
      const before = required(await this.endpoints.lock(tx, id));
      const after = required(await this.endpoints.update(tx, id, { ...change, url }));
      await audit(tx, { action: 'webhook_endpoint.updated', subjectId: id, before, after });
      return after;
    });
  }

  /** Bodies are signed with both secrets for a day. */
  rotateSecret(caller: Caller, key: string | undefined, id: string): Promise<NewEndpointDto> {
    const route = `POST /v1/webhook-endpoints/${id}/secret`;
    return this.database.transaction((tx) =>
      this.idempotency.onceWithoutReplay(tx, { caller: callerKey(caller), route, key, request: {} }, async () => {
        const secret = newSecret();
        const sealed = this.keyRing.encryptText(secret, placeOfSecret(id));
        const endpoint = required(await this.endpoints.rotate(tx, id, sealed, OVERLAP_HOURS));
        await audit(tx, { action: 'webhook_endpoint.secret_rotated', subjectId: id });
        return { ...endpoint, secret };
      }),
    );
  }

  async delete(id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const before = required(await this.endpoints.delete(tx, id));
      await audit(tx, { action: 'webhook_endpoint.deleted', subjectId: id, before });
    });
  }

  /** https only, and no names or passwords in it; whether it is public is looked at whenever it is connected to. */
  private checked(text: string): string {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isAllowed =
      url !== undefined && this.options.allowedOrigins.some((one) => new URL(one).origin === url.origin);
    if (url && !url.username && !url.password && (url.protocol === 'https:' || (isAllowed && url.protocol === 'http:')))
      return url.href;
    const detail =
      'must begin with https:// and carry no user name; http only where PARLEY_HTTP_ALLOWED_ORIGINS names the origin';
    throw Problem.invalid('This address cannot be used.', [{ pointer: '#/url', detail }]);
  }
}

function required(endpoint: EndpointDto | undefined): EndpointDto {
  if (!endpoint) throw Problem.notFound('webhook endpoint');
  return endpoint;
}

export function invalidCursor(): Problem {
  return Problem.unknownCursor();
}
