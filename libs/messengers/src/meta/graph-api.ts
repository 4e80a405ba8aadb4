import type { IncomingHttpHeaders } from 'node:http';
import { at, hmacSha256, idOf, objectOf } from '#messenger-kit';
import type { FormPart, GuardedHttp } from '#messenger-kit';
import type { Usage } from './usage.js';

export interface GraphError {
  readonly code: number;
  readonly subcode: number | undefined;
  readonly isTransient: boolean;
}

/** What the Graph API said; `unreadable` is an answer that was not its own (a gateway's page, a cut-off body). */
export type GraphAnswer =
  | { readonly kind: 'ok'; readonly body: unknown }
  | { readonly kind: 'error'; readonly error: GraphError; readonly headers: IncomingHttpHeaders }
  | { readonly kind: 'unreadable'; readonly status: number };

export interface GraphCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the version, such as `me` or `108326419507742/messages`. */
  readonly path: string;
  /** Absent where the call is authorised by what it carries. */
  readonly token?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** Instead of `json`, where a file goes along. */
  readonly form?: readonly FormPart[];
  readonly signal?: AbortSignal;
}

export interface GraphSettings {
  readonly url: string;
  /** Empty where the address has none. */
  readonly version: string;
  /** Proves each call to come from us; calls go without proof when there is none. */
  readonly appSecret: string | undefined;
}

export const GRAPH_URL = 'https://graph.facebook.com';
export const GRAPH_VERSION = 'v26.0';

/** Files take their time; the caller's signal usually ends it sooner. */
const UPLOAD_TIMEOUT_MS = 120_000;

/** Meta's Graph API. The token travels in a header; only its proof is part of the URL. */
export class GraphApi {
  private readonly base: string;

  constructor(
    private readonly http: GuardedHttp,
    private readonly settings: GraphSettings,
    readonly usage: Usage,
  ) {
    this.base = [settings.url.replace(/\/+$/, ''), settings.version].filter((part) => part !== '').join('/');
  }

  /** Rejects with `NotAskedError` or `OutcomeUnknownError` when no answer came. */
  async call({ method, path, token, query = {}, json, form, signal }: GraphCall): Promise<GraphAnswer> {
    const url = new URL(`${this.base}/${path.split('/').map(encodeURIComponent).join('/')}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const proof = token === undefined ? undefined : this.proofOf(token);
    if (proof) url.searchParams.set('appsecret_proof', proof);
    const answer = await this.http.request({
      method,
      url: url.href,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      json,
      ...(form && { form, timeoutMs: UPLOAD_TIMEOUT_MS }),
      ...(signal && { signal }),
    });
    this.usage.note(answer.headers);
    return read(answer.status, answer.json, answer.headers);
  }

  /** https://developers.facebook.com/docs/graph-api/guides/secure-requests#appsecret_proof */
  private proofOf(token: string): string | undefined {
    const { appSecret } = this.settings;
    return appSecret ? hmacSha256(appSecret, token).toString('hex') : undefined;
  }
}

/** The status alone is not reliable: errors are told by the body. */
function read(status: number, json: unknown, headers: IncomingHttpHeaders): GraphAnswer {
  const code = idOf(at(json, 'error', 'code'));
  // Meta does not know itself what became of it.
  if (code === '-1') return { kind: 'unreadable', status: Math.max(status, 500) };
  if (code !== undefined && /^\d{1,9}$/.test(code)) {
    const subcode = Number(idOf(at(json, 'error', 'error_subcode')) ?? Number.NaN);
    const error = {
      code: Number(code),
      subcode: Number.isSafeInteger(subcode) ? subcode : undefined,
      isTransient: at(json, 'error', 'is_transient') === true,
    };
    return { kind: 'error', error, headers };
  }
  return status >= 200 && status < 300 && objectOf(json) ? { kind: 'ok', body: json } : { kind: 'unreadable', status };
}
