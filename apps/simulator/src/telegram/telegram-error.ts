import { json, type Answer } from '../http/answer.js';

/** An error in the Bot API's own form; the HTTP status equals the code. */
export class TelegramError extends Error {
  constructor(
    readonly code: number,
    readonly description: string,
    readonly parameters?: Readonly<Record<string, number>>,
  ) {
    super(description);
  }

  answer(): Answer {
    const { code, description, parameters } = this;
    const answer = json(code, { ok: false, error_code: code, description, ...(parameters && { parameters }) });
    return { ...answer, retryAfter: parameters?.retry_after };
  }
}

export const badRequest = (what: string) => new TelegramError(400, `Bad Request: ${what}`);
export const conflict = (what: string) => new TelegramError(409, `Conflict: ${what}`);
export const forbidden = (what: string) => new TelegramError(403, `Forbidden: ${what}`);
export const tooManyRequests = (seconds: number) =>
  new TelegramError(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
