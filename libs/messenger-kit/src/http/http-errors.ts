/**
 * The request surely was not handed over: the name did not resolve, nobody accepted the connection, the address is
 * blocked. Asking again is safe. The message never holds a path, a query or a header.
 */
export class NotAskedError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'NotAskedError';
  }
}

/**
 * Bytes were handed over and no whole answer came back: the other side may or may not have acted. Asking again may
 * double the effect.
 */
export class OutcomeUnknownError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'OutcomeUnknownError';
  }
}

/** What is downloaded is larger than the caller allows. */
export class AnswerTooLarge extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AnswerTooLarge';
  }
}

/** A stable word for what went wrong. Messages of the network stack are left out: some repeat what was sent or received. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'failed';
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'failed';
}
