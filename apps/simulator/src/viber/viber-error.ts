import { json, type Answer } from '../http/answer.js';

/** A refusal in Viber's own form: HTTP says 200, the body's `status` says what it is. */
export class ViberError extends Error {
  constructor(
    readonly status: number,
    readonly statusMessage: string,
  ) {
    super(statusMessage);
  }

  answer(): Answer {
    return json(200, { status: this.status, status_message: this.statusMessage });
  }
}

export const invalidUrl = (what: string) => new ViberError(1, `invalidUrl: ${what}`);
export const badData = (what: string) => new ViberError(3, `badData: ${what}`);
export const missingData = (what: string) => new ViberError(4, `missingData: ${what}`);
export const tooManyRequests = () => new ViberError(12, 'tooManyRequests');
