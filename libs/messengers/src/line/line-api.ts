import type { IncomingHttpHeaders } from 'node:http';
import { at, GuardedHttp, has, objectOf, textOf } from '#messenger-kit';
import type { DownloadAnswer, UntrustedObject } from '#messenger-kit';

/** What LINE said; `unreadable` is an answer that was not LINE's own (a gateway's page, a cut-off body). */
export type LineAnswer =
  | { readonly kind: 'ok'; readonly body: UntrustedObject }
  | LineError
  | { readonly kind: 'unreadable'; readonly status: number };

export interface LineError {
  readonly kind: 'error';
  readonly status: number;
  readonly message: string;
  readonly body: UntrustedObject;
  readonly headers: IncomingHttpHeaders;
}

export type Failed = Exclude<LineAnswer, { kind: 'ok' }>;

export interface LineCall {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Below `/v2/bot`, such as `message/push`. */
  readonly path: string;
  readonly token: string;
  readonly json?: unknown;
  /** The same for every try of one message: https://developers.line.biz/en/docs/messaging-api/retrying-api-request/ */
  readonly retryKey?: string;
  readonly signal?: AbortSignal;
}

export interface ContentCall {
  readonly token: string;
  readonly messageId: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export const LINE = 'https://api.line.me';
export const LINE_DATA = 'https://api-data.line.me';
const STICKERS = 'https://stickershop.line-scdn.net';

/** LINE's Messaging API, https://developers.line.biz/en/reference/messaging-api/. The token travels in a header. */
export class LineApi {
  private readonly base: string;
  private readonly dataBase: string;

  constructor(
    private readonly http: GuardedHttp,
    apiUrl: string,
    dataUrl: string,
  ) {
    this.base = apiUrl.replace(/\/+$/, '');
    this.dataBase = dataUrl.replace(/\/+$/, '');
  }

  /** Whether addresses LINE is given have to be https: everywhere but at a simulator without it. */
  get wantsHttps(): boolean {
    return /^https:/i.test(this.base);
  }

  /** Rejects with `NotAskedError` or `OutcomeUnknownError` when no answer came. */
  async call({ method, path, token, json, retryKey, signal }: LineCall): Promise<LineAnswer> {
    const {
      status,
      headers,
      json: body,
    } = await this.http.request({
      method,
      url: `${this.base}/v2/bot/${pathOf(path)}`,
      headers: { ...bearer(token), ...(retryKey !== undefined && { 'x-line-retry-key': retryKey }) },
      ...(json !== undefined && { json }),
      ...(signal && { signal }),
    });
    return read(status, headers, body);
  }

  /** What somebody sent: a picture, a film, a file. Rejects as `GuardedHttp.download` does. */
  content({ token, messageId, maxBytes, signal }: ContentCall): Promise<DownloadAnswer> {
    const url = `${this.dataBase}/v2/bot/${pathOf(`message/${messageId}/content`)}`;
    return this.http.download({ url, headers: bearer(token), maxBytes, signal });
  }

  /** Whether a film or a recording will ever be ready; undefined where LINE does not say. */
  async transcoding({ token, messageId, signal }: Omit<ContentCall, 'maxBytes'>): Promise<string | undefined> {
    const url = `${this.dataBase}/v2/bot/${pathOf(`message/${messageId}/content/transcoding`)}`;
    const answer = await this.http.request({ method: 'GET', url, headers: bearer(token), signal });
    return textOf(at(answer.json, 'status'));
  }

  /** Something that lies openly on the internet: the token does not go along. */
  open(url: string, options: { readonly maxBytes: number; readonly signal: AbortSignal }): Promise<DownloadAnswer> {
    return this.http.download({ url, ...options });
  }

  /** LINE shows its stickers to everybody; where its data come from elsewhere, so do they. */
  stickerUrl(stickerId: string): string {
    const base = this.dataBase === LINE_DATA ? STICKERS : this.dataBase;
    return `${base}/stickershop/v1/sticker/${encodeURIComponent(stickerId)}/android/sticker.png`;
  }
}

function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

function pathOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** Errors have a `message`; those of the tokens an `error` instead. */
function read(status: number, headers: IncomingHttpHeaders, json: unknown): LineAnswer {
  const body = objectOf(json);
  if (body && status >= 200 && status < 300) return { kind: 'ok', body };
  if (!body || status < 300 || !(has(body, 'message') || has(body, 'error'))) return { kind: 'unreadable', status };
  const message = textOf(body['message']) ?? textOf(body['error_description']) ?? textOf(body['error']) ?? '';
  return { kind: 'error', status, message, body, headers };
}
