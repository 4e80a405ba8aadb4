import type { ServerResponse } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** Seconds it asks the caller to wait, for the ledger. */
  readonly retryAfter?: number;
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

export function html(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** A file as it is; a type that cannot stand in a header becomes bytes of no known kind. */
export function bytes(type: string, body: Buffer, headers: Readonly<Record<string, string>> = {}): Answer {
  const told = /^[\x21-\x7e]+\/[\x20-\x7e]+$/.test(type) ? type : 'application/octet-stream';
  return { status: 200, headers: { 'content-type': told, ...headers }, body };
}

export function write(response: ServerResponse, answer: Answer): void {
  const body = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(answer.body);
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  response.end(body);
}
