import createClient, {
  type Client,
  type ClientPathsWithMethod,
  type FetchResponse,
  type MaybeOptionalInit,
} from 'openapi-fetch';
import type { paths } from './api-types.js';
import { EventFeed, type EventFeedOptions } from './event-feed.js';
import { ProblemError } from './problem-error.js';
import { Session, type Tokens } from './session.js';

export interface ParleyClientOptions {
  /** The server, e.g. `https://chat.example.com`. */
  readonly url: string;
  /** An API key, or the access token of somebody who has signed in before; without it, `signIn` comes first. */
  readonly token?: string;
  /** Goes with an access token: the client refreshes it when it has run out. */
  readonly refreshToken?: string;
  /** Told the tokens to keep whenever they change, undefined when nobody is signed in any longer. */
  readonly onTokens?: (tokens: Tokens | undefined) => void;
}

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** A call of the API: the path as the document has it, what goes into it, and the answer's body. */
export type Call<M extends Method> = <
  Path extends ClientPathsWithMethod<Client<paths>, M>,
  Init extends MaybeOptionalInit<paths[Path], M>,
>(
  path: Path,
  ...init: object extends Init ? [Init?] : undefined extends Init ? [Init?] : [Init]
) => Promise<Body<paths[Path][M], Init>>;

type Body<Operation, Init> =
  Operation extends Record<string | number, unknown>
    ? OrUndefined<Extract<FetchResponse<Operation, Init, `${string}/${string}`>, { data: unknown }>['data']>
    : never;

/** An answer without a body. */
type OrUndefined<Data> = [Data] extends [never] ? undefined : Data;

/** Parley's API as somebody. Calls reject with a `ProblemError` when the server refuses. */
export class ParleyClient {
  readonly get: Call<'get'> = this.calling('get');
  readonly post: Call<'post'> = this.calling('post');
  readonly put: Call<'put'> = this.calling('put');
  readonly patch: Call<'patch'> = this.calling('patch');
  readonly delete: Call<'delete'> = this.calling('delete');

  private readonly url: string;
  private readonly session: Session;
  private readonly http: Client<paths>;

  constructor({ url, token, refreshToken, onTokens }: ParleyClientOptions) {
    this.url = url.replace(/\/+$/, '');
    const tokens = token === undefined ? undefined : { accessToken: token, refreshToken };
    this.session = new Session({ url: this.url, tokens, onTokens });
    this.http = createClient<paths>({ baseUrl: this.url, fetch: (request) => this.fetch(request) });
  }

  signIn(email: string, password: string): Promise<void> {
    return this.session.signIn(email, password);
  }

  async signOut(): Promise<void> {
    await this.delete('/v1/auth/sessions');
    this.session.forget();
  }

  /** The events this caller may see, over every loss of the connection, until the feed is closed. */
  events(options: Omit<EventFeedOptions, 'url' | 'token'>): EventFeed {
    return EventFeed.open({ ...options, url: this.url, token: (refused) => this.tokenBut(refused) });
  }

  private async tokenBut(refused: string | undefined): Promise<string> {
    const next = refused === undefined ? undefined : await this.session.renew(refused);
    return next ?? this.session.token ?? '';
  }

  private calling<M extends Method>(method: M): Call<M> {
    const call = async (path: never, ...init: never[]) => (await this.http.request(method, path, ...init)).data;
    return call as unknown as Call<M>;
  }

  private async fetch(request: Request): Promise<Response> {
    // A key for whatever creates or sends: the repetition behind a refresh is the same call.
    if (request.method === 'POST' && !request.headers.has(KEY)) request.headers.set(KEY, aKey());
    const response = await this.answer(request);
    if (!response.ok) throw await ProblemError.of(response);
    return response;
  }

  /** With a fresh token once more, when the one at hand was refused. */
  private async answer(request: Request): Promise<Response> {
    const { token, canRenew } = this.session;
    if (token === undefined) return fetch(request);
    const again = canRenew ? request.clone() : undefined;
    const response = await fetch(as(token, request));
    if (response.status !== 401 || !again) return response;
    const next = await this.session.renew(token);
    return next === undefined ? response : fetch(as(next, again));
  }
}

const KEY = 'idempotency-key';

function as(token: string, request: Request): Request {
  request.headers.set('authorization', `Bearer ${token}`);
  return request;
}

/** Not `randomUUID`, which browsers have on https pages only. */
function aKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
