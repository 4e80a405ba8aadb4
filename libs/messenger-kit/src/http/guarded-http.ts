import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Agent } from 'undici';
import { parseJson } from '../json.js';
import { Deadline } from '../deadline.js';
import { Download, type DownloadAnswer, type DownloadCall, type Limits } from './download.js';
import { Exchange, type RawAnswer } from './exchange.js';
import { encodeForm, type FormPart } from './form.js';
import { guardedConnector, type Resolve } from './guarded-connector.js';
import { NotAskedError } from './http-errors.js';

export interface GuardedHttpOptions {
  /** To one origin at once; default 1024: channels that wait for a messenger must not keep its others waiting. */
  readonly connections?: number;
  /** Origins from the configuration, reached as they are, also on loopback. Any URL of the origin will do. */
  readonly trustedOrigins?: readonly string[];
  /** For the whole call, waiting for a connection included. Default 20 s. */
  readonly timeoutMs?: number;
  /** Default 1 MB. */
  readonly maxAnswerBytes?: number;
  readonly resolve?: Resolve;
}

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as multipart/form-data. */
  readonly form?: readonly FormPart[];
  /** Sent as it is; `headers` say what it is. */
  readonly content?: { readonly body: Readable; readonly length: number };
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Whether status and headers are all that matters: a body that is too large, slow or cut off is no failure then. */
  readonly headOnly?: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body read as JSON; undefined when it is something else (HTML, truncated, empty). */
  readonly json: unknown;
}

const CONNECT_TIMEOUT_MS = 10_000;
const DOWNLOAD_TIMEOUT_MS = 5 * 60_000;
/** As long as a timer can run. */
const NO_END_MS = 2 ** 31 - 1;
const MAX_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Every request that leaves the server. http and https only; addresses that are not public are refused when connecting
 * (after the name is resolved) unless their origin is trusted; redirects are followed by downloads alone; answers are capped in size and time.
 * Each origin has connections of its own, so one that hangs does not hold up another.
 */
export class GuardedHttp {
  private readonly agent: Agent;
  private readonly timeoutMs: number;
  private readonly maxAnswerBytes: number;

  constructor(options: GuardedHttpOptions = {}) {
    this.timeoutMs = options.timeoutMs ?? 20_000;
    this.maxAnswerBytes = options.maxAnswerBytes ?? 1_000_000;
    const trusted = new Set((options.trustedOrigins ?? []).map((url) => new URL(url).origin));
    this.agent = new Agent({
      connections: options.connections ?? 1024,
      connect: guardedConnector(trusted, Math.min(CONNECT_TIMEOUT_MS, this.timeoutMs), options.resolve),
      // The call's own clock ends it.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /**
   * Any status resolves. Rejects with `NotAskedError` when the request surely was not handed over and with
   * `OutcomeUnknownError` when it may have been. Neither error repeats path, query, headers or bodies.
   */
  async request(call: HttpCall): Promise<HttpAnswer> {
    const url = checkedUrl(call.url);
    const { status, headers, body } = await this.exchange(url, call);
    return { status, headers, body, json: parseJson(body) };
  }

  /**
   * GETs content of any size up to `maxBytes`. Any status resolves; up to 3 redirects are followed, each to an address
   * checked like the first. Larger content is refused with `AnswerTooLarge`: before it starts where its length is told,
   * else as an error of `body`. A body that breaks off, is aborted or runs out of time ends with an error.
   */
  async download(call: DownloadCall): Promise<DownloadAnswer> {
    const wholeMs = call.timeoutMs ?? (call.idleMs === undefined ? DOWNLOAD_TIMEOUT_MS : NO_END_MS);
    const deadline = new Deadline(wholeMs, call.signal);
    try {
      const answer = await this.follow(call, deadline.signal);
      answer.body.once('close', () => deadline.end());
      return answer;
    } catch (error) {
      deadline.end();
      throw error;
    }
  }

  /** Ends all calls and connections. */
  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async follow(call: DownloadCall, signal: AbortSignal): Promise<DownloadAnswer> {
    const { maxBytes, idleMs, timeoutMs = Infinity } = call;
    const limits = { maxBytes, headMs: Math.min(this.timeoutMs, timeoutMs), idleMs, signal };
    let url = checkedUrl(call.url);
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const headers = url.origin === checkedUrl(call.url).origin ? (call.headers ?? {}) : {};
      const answer = await this.get(url, headers, limits);
      const { location } = answer.headers;
      if (!REDIRECTS.has(answer.status) || !location) return answer;
      answer.body.on('error', () => undefined).destroy();
      url = redirectTarget(location, url);
    }
    throw new NotAskedError('too_many_redirects', `${checkedUrl(call.url).origin} redirects too often`);
  }

  private get(url: URL, headers: Readonly<Record<string, string>>, limits: Limits): Promise<DownloadAnswer> {
    return new Promise((resolve, reject) => {
      const download = new Download(url.origin, limits, resolve, reject);
      this.agent.dispatch({ origin: url.origin, path: url.pathname + url.search, method: 'GET', headers }, download);
    });
  }

  private exchange(url: URL, call: HttpCall): Promise<RawAnswer> {
    const { body, headers } = payloadOf(call);
    return new Promise<RawAnswer>((resolve, reject) => {
      const limits = { maxBytes: this.maxAnswerBytes, headOnly: call.headOnly === true };
      const exchange = new Exchange(url.origin, limits, settled(resolve), settled(reject));
      const timer = setTimeout(() => exchange.end('timeout'), call.timeoutMs ?? this.timeoutMs);
      const onAbort = (): void => exchange.end('aborted');
      function settled<T>(settle: (value: T) => void): (value: T) => void {
        return (value) => {
          clearTimeout(timer);
          call.signal?.removeEventListener('abort', onAbort);
          settle(value);
        };
      }
      if (call.signal?.aborted) return exchange.end('aborted');
      call.signal?.addEventListener('abort', onAbort, { once: true });
      const path = url.pathname + url.search;
      this.agent.dispatch({ origin: url.origin, path, method: call.method, headers, body }, exchange);
    }).finally(() => call.content?.body.destroy());
  }
}

function payloadOf(call: HttpCall): { body?: string | Buffer | Readable; headers: Record<string, string> } {
  const plain = { accept: 'application/json', ...call.headers };
  if (call.content) {
    return { body: call.content.body, headers: { 'content-length': String(call.content.length), ...plain } };
  }
  if (call.form) {
    const { contentType, body } = encodeForm(call.form);
    return { body, headers: { 'content-type': contentType, ...plain } };
  }
  if (call.json === undefined) return { headers: plain };
  return { body: JSON.stringify(call.json), headers: { 'content-type': 'application/json', ...plain } };
}

function redirectTarget(location: string, from: URL): URL {
  const target = checkedUrl(URL.canParse(location, from.href) ? new URL(location, from).href : '');
  if (from.protocol === 'https:' && target.protocol === 'http:') {
    throw new NotAskedError('bad_url', `${from.origin} redirects from https to http`);
  }
  return target;
}

function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new NotAskedError('bad_url', 'Only http and https addresses can be asked');
  }
  if (url.username || url.password) throw new NotAskedError('bad_url', 'An address must not carry a user name');
  return url;
}
