import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Fields, isRecord } from './fields.js';
import { readMultipart, type UploadedFile } from './multipart.js';

/** A request as it arrived, read to its end. */
export interface Call {
  readonly verb: string;
  /** The path without the query, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Query and body together; the body wins. */
  readonly fields: Fields;
  readonly files: readonly UploadedFile[];
  /** The body says it is JSON and is not. */
  readonly malformed: boolean;
}

export async function readCall(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const url = new URL(request.url ?? '/', 'http://simulator');
  const { values, files, malformed } = readBody(body, request.headers['content-type'] ?? '');
  return {
    verb: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body,
    fields: new Fields({ ...Object.fromEntries(url.searchParams), ...values }),
    files,
    malformed,
  };
}

interface ReadBody {
  readonly values: Record<string, unknown>;
  readonly files: readonly UploadedFile[];
  readonly malformed: boolean;
}

function readBody(body: Buffer, contentType: string): ReadBody {
  const type = contentType.toLowerCase();
  if (body.length === 0) return { values: {}, files: [], malformed: false };
  if (type.startsWith('multipart/form-data')) return { ...readMultipart(body, contentType), malformed: false };
  if (type.startsWith('application/json')) return readJson(body);
  return { values: Object.fromEntries(new URLSearchParams(body.toString('utf8'))), files: [], malformed: false };
}

function readJson(body: Buffer): ReadBody {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return { values: isRecord(value) ? value : {}, files: [], malformed: !isRecord(value) };
  } catch {
    return { values: {}, files: [], malformed: true };
  }
}
