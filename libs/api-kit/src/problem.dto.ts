import { ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'ProblemError' })
class ProblemErrorDto {
  /**
   * JSON pointer into the request body, `?name` for a query parameter
   * @example "#/email"
   */
  pointer: string;
  /**
   * What is wrong there
   * @example "email must be an email"
   */
  detail: string;
}

/** An error the caller can act on (RFC 9457). */
@ApiSchema({ name: 'Problem' })
export class ProblemDto {
  /**
   * Stable URI of the kind of problem
   * @example "urn:parley:problem:not_found"
   */
  type: string;
  /** @example "Not Found" */
  title: string;
  /** @example 404 */
  status: number;
  /**
   * A sentence for people
   * @example "There is no such chat."
   */
  detail: string;
  /**
   * Stable word, usable as a translation key
   * @example "not_found"
   */
  code: string;
  /**
   * The request's id, also in the `X-Request-Id` header
   * @example "019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa"
   */
  requestId: string;
  errors?: ProblemErrorDto[];
}
