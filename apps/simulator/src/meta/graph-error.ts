import { json, type Answer } from '../http/answer.js';
import { randomText } from '../ids.js';

export interface GraphErrorBody {
  readonly message: string;
  readonly code: number;
  readonly subcode?: number;
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds the caller is asked to wait, for the ledger. */
  readonly retryAfter?: number;
}

/** An error in the Graph API's own form. */
export class GraphError extends Error {
  constructor(readonly body: GraphErrorBody) {
    super(body.message);
  }

  answer(): Answer {
    const { status = 400, headers, retryAfter } = this.body;
    return { ...json(status, { error: graphErrorOf(this.body) }, headers), retryAfter };
  }
}

export function graphErrorOf({ message, code, subcode, type }: GraphErrorBody): Record<string, unknown> {
  const trace = `A${randomText(18)}`;
  const error = { message, type: type ?? 'OAuthException', code };
  return { ...error, ...(subcode !== undefined && { error_subcode: subcode }), fbtrace_id: trace };
}

/** A refusal that was asked for, as the real ones look. */
export function scriptedRefusal({
  code,
  subcode,
  message,
}: {
  code: number;
  subcode?: number;
  message?: string;
}): Answer {
  const status = code === 190 ? 401 : code <= 2 ? 500 : 400;
  return new GraphError({ message: message ?? `(#${code}) Refused, as scripted`, code, subcode, status }).answer();
}

export const malformedBody = () => new GraphError({ message: '(#100) The request body is not valid JSON', code: 100 });

export const invalidParameter = (what: string, subcode?: number) =>
  new GraphError({ message: `(#100) ${what}`, code: 100, subcode });

export const noSuchObject = (id: string) =>
  new GraphError({
    message: `Unsupported request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation`,
    type: 'GraphMethodException',
    code: 100,
    subcode: 33,
  });
