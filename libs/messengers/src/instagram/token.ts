import { arrayOf, at, countOf, fingerprint, textOf, timeOf } from '#messenger-kit';
import type { ChannelAccount } from '#messenger-kit';
import type { Failed } from '../meta/app-callback.js';
import type { GraphApi } from '../meta/graph-api.js';
import type { MetaApp } from '../meta/meta-app.js';

type Credentials = ChannelAccount['credentials'];

export const DAY_MS = 24 * 3_600_000;
/** Half of its life. */
const RENEWED_BEFORE_END_MS = 30 * DAY_MS;

export interface NewToken {
  readonly kind: 'ok';
  readonly token: string;
  readonly permissions: readonly string[] | undefined;
  readonly lifeMs: number | undefined;
}

/** Tokens of Instagram accounts: of an hour, of 60 days, and renewed. https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login */
export class Tokens {
  constructor(
    /** Without a version. */
    private readonly graph: GraphApi,
    private readonly codes: GraphApi,
    private readonly app: MetaApp,
  ) {}

  /** For an hour. The answer may be wrapped in a list. */
  async ofCode(code: string, redirectUri: string): Promise<NewToken | Failed> {
    const { id = '', secret = '' } = this.app;
    const form = Object.entries({
      client_id: id,
      client_secret: secret,
      grant_type: 'authorization_code',
      redirect_uri: redirectUri,
      code,
    }).map(([name, value]) => ({ name, value }));
    const answer = await this.codes.call({ method: 'POST', path: 'oauth/access_token', form });
    return answer.kind === 'ok' ? read(arrayOf(at(answer.body, 'data'))[0] ?? answer.body) : answer;
  }

  /** For 60 days, in place of one for an hour. */
  async lasting(token: string): Promise<NewToken | Failed> {
    const { secret = '' } = this.app;
    return this.ask('access_token', {
      grant_type: 'ig_exchange_token',
      client_secret: secret,
      access_token: token,
    });
  }

  /** For 60 days more, from a day after it was made until it ends. */
  async renewed(token: string): Promise<NewToken | Failed> {
    return this.ask('refresh_access_token', { grant_type: 'ig_refresh_token', access_token: token });
  }

  private async ask(path: string, query: Readonly<Record<string, string>>): Promise<NewToken | Failed> {
    const answer = await this.graph.call({ method: 'GET', path, query });
    return answer.kind === 'ok' ? read(answer.body) : answer;
  }
}

function read(body: unknown): NewToken | Failed {
  const token = textOf(at(body, 'access_token'));
  if (token === undefined) return { kind: 'unreadable', status: 200 };
  const seconds = countOf(at(body, 'expires_in'));
  const granted = at(body, 'permissions');
  const permissions =
    typeof granted === 'string' ? granted.split(',') : arrayOf(granted).flatMap((one) => textOf(one) ?? []);
  return {
    kind: 'ok',
    token,
    permissions: granted === undefined ? undefined : permissions.map((one) => one.trim()),
    lifeMs: seconds === undefined ? undefined : seconds * 1_000,
  };
}

/** What is kept of a token: itself, since when we have it, and where it was told until when it lives. */
export function keptToken(token: string, now: Date, lifeMs?: number): Credentials {
  const end = lifeMs === undefined ? undefined : new Date(now.getTime() + lifeMs).toISOString();
  return { accessToken: token, tokenSince: now.toISOString(), ...(end !== undefined && { tokenEndsAt: end }) };
}

/**
 * The same where the token is given, by an admin, who may give the one of before once more: then it is as old as it was. `known`:
 * what was kept before, of this token or of one renewed in its place.
 */
export function givenToken(token: string, known: Credentials = {}, now = new Date()): Credentials {
  const { accessToken, tokenSince = '', tokenEndsAt, givenToken: given, givenSince } = known;
  if (token === accessToken)
    return { ...keptToken(token, timeOf(tokenSince) ?? now), ...(tokenEndsAt && { tokenEndsAt }) };
  return keptToken(token, (given === fingerprint(token) ? timeOf(givenSince) : undefined) ?? now);
}

/** What is kept in place of `old`: also which token was given at first, and since when. */
export function renewedToken(old: Credentials, { token, lifeMs }: NewToken, now: Date): Credentials {
  const { accessToken = '', tokenSince = '', tokenEndsAt: _ofTheOld, ...others } = old;
  const first = { givenToken: fingerprint(accessToken), givenSince: tokenSince };
  return { ...first, ...others, ...keptToken(token, now, lifeMs) };
}

export function endOf({ credentials }: Pick<ChannelAccount, 'credentials'>): Date | undefined {
  return timeOf(credentials['tokenEndsAt']);
}

/** One of a day is too young; where nobody knows when it ends, it is renewed to learn that. */
export function isDue(account: Pick<ChannelAccount, 'credentials'>, now: Date): boolean {
  const [since, end] = [timeOf(account.credentials['tokenSince']), endOf(account)];
  if (since && now.getTime() - since.getTime() < DAY_MS) return false;
  return !end || end.getTime() - now.getTime() <= RENEWED_BEFORE_END_MS;
}
