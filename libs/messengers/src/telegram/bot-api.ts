import { at, countOf, GuardedHttp, has, idOf, textOf } from '#messenger-kit';

/** What the Bot API said; `unreadable` is an answer that was not the Bot API's own (a gateway's page, a cut-off body). */
export type BotAnswer =
  | { readonly kind: 'ok'; readonly result: unknown }
  | {
      readonly kind: 'error';
      readonly code: number;
      readonly description: string;
      readonly retryAfterMs?: number;
    }
  | { readonly kind: 'unreadable'; readonly status: number };

export interface BotCall {
  readonly token: string;
  readonly method: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

const TOKEN = /^\d{1,20}:[A-Za-z0-9_-]{1,100}$/;

/** Whether `token` has a bot token's shape. Nothing else may become part of a URL. */
export function looksLikeToken(token: string): boolean {
  return TOKEN.test(token);
}

/** Telegram's Bot API, https://core.telegram.org/bots/api. The token is in every URL: `GuardedHttp` never repeats URLs. */
export class BotApi {
  private readonly base: string;

  constructor(
    private readonly http: GuardedHttp,
    apiUrl: string,
  ) {
    this.base = apiUrl.replace(/\/+$/, '');
  }

  /** Rejects with `NotAskedError` or `OutcomeUnknownError` when no answer came. */
  async call({ token, method, parameters = {}, signal }: BotCall): Promise<BotAnswer> {
    if (!looksLikeToken(token)) return { kind: 'error', code: 401, description: 'Unauthorized' };
    const url = `${this.base}/bot${token}/${method}`;
    const answer = await this.http.request({ method: 'POST', url, json: parameters, ...(signal && { signal }) });
    return read(answer.status, answer.json);
  }
}

function read(status: number, json: unknown): BotAnswer {
  if (at(json, 'ok') === true && has(json, 'result')) return { kind: 'ok', result: at(json, 'result') };
  const code = countOf(at(json, 'error_code'));
  if (at(json, 'ok') !== false || code === undefined) return { kind: 'unreadable', status };
  const seconds = idOf(at(json, 'parameters', 'retry_after'));
  return {
    kind: 'error',
    code,
    description: textOf(at(json, 'description')) ?? '',
    ...(seconds !== undefined && /^\d{1,6}$/.test(seconds) && { retryAfterMs: Number(seconds) * 1000 }),
  };
}
