import { STATUS_CODES } from 'node:http';

/** A problem ready to be sent. */
export interface ProblemDocument {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly unknown[];
  /** Seconds, of a problem that goes away by itself. */
  readonly retryAfter?: number;
  readonly [extra: string]: unknown;
}

/** The document as it is sent (RFC 9457). */
export function problemBody(requestId: string, { status, code, detail, ...rest }: ProblemDocument): object {
  const title = STATUS_CODES[status] ?? 'Error';
  return { type: `urn:parley:problem:${code}`, title, status, detail, code, requestId, ...rest };
}
