import type { Throttle } from '../behaviour.js';
import { Bucket } from '../rate.js';
import { GraphError } from './graph-error.js';

const MESSAGES: Readonly<Record<number, string>> = {
  4: '(#4) Application request limit reached',
  613: '(#613) Calls to this api have exceeded the rate limit.',
  80006: '(#80006) There have been too many calls to this Messenger account. Wait a bit and try again.',
};

/** Counts one Page's calls. */
export class PageThrottle {
  private readonly bucket = new Bucket();
  private closedUntil = 0;

  /** Throws the Graph error where this call is one too many. */
  pass(pageId: string, throttle: Throttle): void {
    const { code = 613, minutes = 1 } = throttle;
    const now = Date.now();
    if (this.closedUntil <= now && this.bucket.take(throttle, now) === 0) return;
    if (code !== 80006) {
      const subcode = code === 4 ? 2018022 : undefined;
      throw new GraphError({ message: MESSAGES[code] ?? '', code, subcode, headers: usageHeaders(pageId, 100) });
    }
    if (this.closedUntil <= now) this.closedUntil = now + minutes * 60_000;
    throw tooManyCalls(pageId, (this.closedUntil - now) / 1_000);
  }
}

/** Error 80006: the time stands in a header, in minutes. */
export function tooManyCalls(pageId: string, seconds: number): GraphError {
  const minutes = Math.ceil(seconds / 60);
  const headers = usageHeaders(pageId, 100, minutes);
  return new GraphError({ message: MESSAGES[80006] ?? '', code: 80006, headers, retryAfter: minutes * 60 });
}

/** How much of the limits is used up, in percent. */
export function usageHeaders(pageId: string, percent: number, minutes = 0): Record<string, string> {
  const app = { call_count: percent, total_time: 0, total_cputime: 0 };
  const page = { type: 'messenger', ...app, estimated_time_to_regain_access: minutes };
  return {
    'x-app-usage': JSON.stringify(app),
    'x-business-use-case-usage': JSON.stringify({ [pageId]: [page] }),
  };
}
