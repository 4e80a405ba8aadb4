import { arrayOf, at, idOf, timeOf } from '#messenger-kit';
import type { GraphAnswer, GraphApi } from './graph-api.js';
import { appTokenOf, type MetaApp } from './meta-app.js';

/** What Meta tells of a token. A dead token is told with status 200. */
export class TokenFacts {
  constructor(private readonly data: unknown) {}

  get isValid(): boolean {
    return at(this.data, 'is_valid') === true;
  }

  get isOfPage(): boolean {
    return at(this.data, 'type') === 'PAGE';
  }

  get appId(): string | undefined {
    return idOf(at(this.data, 'app_id'));
  }

  get pageId(): string | undefined {
    return idOf(at(this.data, 'profile_id'));
  }

  /** Why it died, as the subcode of error 190. */
  get deathCode(): string | undefined {
    return idOf(at(this.data, 'error', 'subcode'));
  }

  /** Undefined = never, or not told. */
  get expiresAt(): Date | undefined {
    return timeOf(at(this.data, 'expires_at'));
  }

  get dataAccessExpiresAt(): Date | undefined {
    return timeOf(at(this.data, 'data_access_expires_at'));
  }

  /** A permission may be granted for some accounts only; then it names them. */
  grants(permission: string, account: string): boolean {
    const targets = this.targetsOf(permission);
    return this.has(permission) && (targets === undefined || targets.includes(account));
  }

  has(permission: string): boolean {
    return arrayOf(at(this.data, 'scopes')).includes(permission);
  }

  /** The accounts a permission is granted for; undefined where it does not name them. */
  targetsOf(permission: string): string[] | undefined {
    const granular = arrayOf(at(this.data, 'granular_scopes')).filter((one) => at(one, 'scope') === permission);
    const targets = granular.map((one) => at(one, 'target_ids')).filter(Array.isArray);
    return targets.length === 0 ? undefined : targets.flatMap((ids) => ids.flatMap((id) => idOf(id) ?? []));
  }
}

export type FactsAnswer =
  { readonly kind: 'ok'; readonly facts: TokenFacts } | Exclude<GraphAnswer, { readonly kind: 'ok' }>;

/** https://developers.facebook.com/docs/graph-api/reference/debug_token */
export async function askAbout(token: string, api: GraphApi, app: MetaApp): Promise<FactsAnswer> {
  const query = { input_token: token };
  const answer = await api.call({ method: 'GET', path: 'debug_token', token: appTokenOf(app), query });
  return answer.kind === 'ok' ? { kind: 'ok', facts: new TokenFacts(at(answer.body, 'data')) } : answer;
}
