import { at, countOf, GuardedHttp, has, idOf, textOf } from '#messenger-kit';
import type { DownloadAnswer, FormPart } from '#messenger-kit';

/** What the Bot API said; `unreadable` is an answer that was not the Bot API's own (a gateway's page, a cut-off body). */
export type BotAnswer =
  | { readonly kind: 'ok'; readonly result: unknown }
  | {
      readonly kind: 'error';
      readonly code: number;
      readonly description: string;
      readonly retryAfterMs?: number;
      /** The chat goes on under this id. */
      readonly migrateTo?: string;
    }
  | { readonly kind: 'unreadable'; readonly status: number };

/** A file on its way out, as a field of the call's form. */
export type BotFile = Extract<FormPart, { content: Buffer }>;

export interface BotCall {
  readonly token: string;
  readonly method: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly files?: readonly BotFile[];
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

export interface FileCall {
  readonly token: string;
  /** `file_path` of `getFile`. */
  readonly path: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export const TELEGRAM = 'https://api.telegram.org';
const TOKEN = /^\d{1,20}:[A-Za-z0-9_-]{1,100}$/;
/** Uploads take as long as the caller lets them. */
const UPLOAD_TIMEOUT_MS = 5 * 60_000;

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

  /** Whether this is Telegram's own server, not a self-hosted one that allows more. */
  get isTelegrams(): boolean {
    return URL.canParse(this.base) && new URL(this.base).origin === TELEGRAM;
  }

  /** Rejects with `NotAskedError` or `OutcomeUnknownError` when no answer came. */
  async call({ token, method, parameters = {}, files = [], signal, timeoutMs }: BotCall): Promise<BotAnswer> {
    if (!looksLikeToken(token)) return { kind: 'error', code: 401, description: 'Unauthorized' };
    const answer = await this.http.request({
      method: 'POST',
      url: `${this.base}/bot${token}/${method}`,
      ...(files.length > 0
        ? { form: [...fieldsOf(parameters), ...files], timeoutMs: UPLOAD_TIMEOUT_MS }
        : { json: parameters }),
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(signal && { signal }),
    });
    return read(answer.status, answer.json);
  }

  /** The content of a file. Rejects as `GuardedHttp.download` does, and with `RangeError` where `path` is none of ours to ask for. */
  async file({ token, path, maxBytes, signal }: FileCall): Promise<DownloadAnswer> {
    const steps = path.split('/');
    const isPlain = steps.every((step) => step !== '' && step !== '.' && step !== '..');
    if (!looksLikeToken(token) || !isPlain) throw new RangeError('This file has no address at the Bot API');
    const url = `${this.base}/file/bot${token}/${steps.map(encodeURIComponent).join('/')}`;
    return this.http.download({ url, maxBytes, signal });
  }
}

/** In a form, everything that is no text is JSON. */
function fieldsOf(parameters: Readonly<Record<string, unknown>>): FormPart[] {
  return Object.entries(parameters).map(([name, value]) => ({
    name,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }));
}

function read(status: number, json: unknown): BotAnswer {
  if (at(json, 'ok') === true && has(json, 'result')) return { kind: 'ok', result: at(json, 'result') };
  const code = countOf(at(json, 'error_code'));
  if (at(json, 'ok') !== false || code === undefined) return { kind: 'unreadable', status };
  const seconds = idOf(at(json, 'parameters', 'retry_after'));
  const migrateTo = idOf(at(json, 'parameters', 'migrate_to_chat_id'));
  return {
    kind: 'error',
    code,
    description: textOf(at(json, 'description')) ?? '',
    ...(seconds !== undefined && /^\d{1,6}$/.test(seconds) && { retryAfterMs: Number(seconds) * 1000 }),
    ...(migrateTo !== undefined && /^-?\d+$/.test(migrateTo) && { migrateTo }),
  };
}
