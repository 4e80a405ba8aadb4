import { json, type Answer } from '../http/answer.js';

/** An error in the Messaging API's own form. */
export class LineError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly more: Readonly<Record<string, unknown>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }

  answer(): Answer {
    return json(this.status, { message: this.message, ...this.more }, this.headers);
  }
}

/** What is wrong with one member of the body. */
export function invalid(property: string, message: string): LineError {
  return new LineError(400, 'The request body has 1 error(s)', { details: [{ message, property }] });
}

export const notFound = () => new LineError(404, 'Not found');
/** LINE does not say for how long. */
export const tooFast = () => new LineError(429, 'The API rate limit has been exceeded. Try again later.');
