import { HttpException } from '@nestjs/common';

export interface ProblemPointer {
  /** JSON pointer into the request body, e.g. `#/text`; or `?limit` for a query parameter. */
  readonly pointer: string;
  readonly detail: string;
}

/**
 * An error the caller can act on; becomes `application/problem+json` (RFC 9457).
 * `code` is stable (a translation key), `detail` a sentence for people, `extra` further members of the document.
 */
export class Problem extends HttpException {
  constructor(
    readonly statusCode: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 502 | 503,
    readonly code: string,
    readonly detail: string,
    readonly extra: Readonly<Record<string, unknown>> = {},
    readonly pointers: readonly ProblemPointer[] = [],
  ) {
    super(detail, statusCode);
  }

  /** A thing that does not exist and a thing you may not see are the same. `pointer`: where the address does not name it. */
  static notFound(what: string, pointer?: string): Problem {
    const detail = `There is no such ${what}.`;
    return new Problem(404, 'not_found', detail, {}, pointer === undefined ? [] : [{ pointer, detail }]);
  }

  /** Of a list that never gave it out. `parameter`: of the query, where it stood. */
  static unknownCursor(parameter = 'cursor'): Problem {
    const detail = 'This cursor is not one of this list. Start again without it.';
    const pointers = [{ pointer: `?${parameter}`, detail: 'is not a cursor of this list' }];
    return new Problem(400, 'invalid_cursor', detail, {}, pointers);
  }

  /** What a body or a query names and there is not: code `unknown_queue` for a queue, wherever it is named. */
  static unknown(what: string, pointer: string, detail = `There is no such ${what}.`): Problem {
    return new Problem(422, `unknown_${what}`, detail, {}, [{ pointer, detail }]);
  }

  static conflict(code: string, detail: string, extra: Readonly<Record<string, unknown>> = {}): Problem {
    return new Problem(409, code, detail, extra);
  }

  static invalid(detail: string, pointers: readonly ProblemPointer[] = []): Problem {
    return new Problem(422, 'invalid', detail, {}, pointers);
  }
}
