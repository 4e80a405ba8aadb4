import type { IncomingHttpHeaders } from 'node:http';
import { Agent } from 'undici';
import { parseJson } from '../json.js';
import { Exchange, type RawAnswer } from './exchange.js';
import { guardedConnector, type Resolve } from './guarded-connector.js';
import { NotAskedError } from './http-errors.js';

export interface GuardedHttpOptions {
  /** Origins from the configuration, reached as they are, also on loopback. Any URL of the origin will do. */
  readonly trustedOrigins?: readonly string[];
  /** For the whole call, waiting for a connection included. Default 20 s. */
  readonly timeoutMs?: number;
  /** Default 1 MB. */
  readonly maxAnswerBytes?: number;
  readonly resolve?: Resolve;
}

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body read as JSON; undefined when it is something else (HTML, truncated, empty). */
  readonly json: unknown;
}

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Every request that leaves the server. http and https only; addresses that are not public are refused when connecting
 * (after the name is resolved) unless their origin is trusted; redirects are not followed; answers are capped in size and time.
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
      connections: 64,
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

  /** Ends all calls and connections. */
  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private exchange(url: URL, call: HttpCall): Promise<RawAnswer> {
    const body = call.json === undefined ? undefined : JSON.stringify(call.json);
    const headers = {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...call.headers,
    };
    return new Promise<RawAnswer>((resolve, reject) => {
      const exchange = new Exchange(url.origin, this.maxAnswerBytes, settled(resolve), settled(reject));
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
    });
  }
}

function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new NotAskedError('bad_url', 'Only http and https addresses can be asked');
  }
  if (url.username || url.password) throw new NotAskedError('bad_url', 'An address must not carry a user name');
  return url;
}
