import { at, GuardedHttp, idOf, objectOf } from '#messenger-kit';

/** What the API said; `unreadable` is an answer that was not Viber's own (a gateway's page, a cut-off body). */
export type ViberAnswer =
  | { readonly kind: 'ok'; readonly body: unknown }
  /** `code`: the `status` of the answer's body. */
  | { readonly kind: 'error'; readonly code: number }
  | { readonly kind: 'unreadable'; readonly status: number };

export interface ViberCall {
  readonly token: string;
  /** `send_message`, … */
  readonly method: string;
  readonly body?: object;
  readonly signal?: AbortSignal;
}

export const VIBER = 'https://chatapi.viber.com';
const TOKEN = /^[0-9a-f]{16}(-[0-9a-f]{16}){2}$/i;

/** Whether `token` has a bot token's shape. Nothing else may become a header. */
export function looksLikeToken(token: string): boolean {
  return TOKEN.test(token);
}

/** Viber's REST Bot API, https://developers.viber.com/docs/api/rest-bot-api/. Its own status is in the body; HTTP says 200 to nearly everything. */
export class ViberApi {
  private readonly base: string;

  constructor(
    private readonly http: GuardedHttp,
    apiUrl: string,
  ) {
    this.base = apiUrl.replace(/\/+$/, '');
  }

  /** Whether addresses given to it must be https: Viber's own server takes no others, a stand-in on loopback does. */
  get wantsHttps(): boolean {
    return /^https:/i.test(this.base);
  }

  /** Rejects with `NotAskedError` or `OutcomeUnknownError` when no answer came. */
  async call({ token, method, body = {}, signal }: ViberCall): Promise<ViberAnswer> {
    if (!looksLikeToken(token)) return { kind: 'error', code: 2 };
    const { status, json } = await this.http.request({
      method: 'POST',
      url: `${this.base}/pa/${method}`,
      headers: { 'x-viber-auth-token': token },
      json: body,
      ...(signal && { signal }),
    });
    const code = idOf(at(json, 'status')) ?? '';
    // A gateway in trouble has a `status` in its JSON, too, and what lies behind it may have sent the message.
    if (status >= 500 || !objectOf(json) || !/^\d{1,9}$/.test(code)) return { kind: 'unreadable', status };
    return code === '0' ? { kind: 'ok', body: json } : { kind: 'error', code: Number(code) };
  }
}
