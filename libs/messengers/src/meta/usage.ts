import type { IncomingHttpHeaders } from 'node:http';
import { Logger } from '@nestjs/common';
import { arrayOf, at, type Finding, objectOf, parseJson } from '#messenger-kit';

/** Meta asks to slow down from here on; at 100 it refuses. */
const MUCH = 80;
/** Usage is counted over an hour that rolls on. */
const HOUR_MS = 3_600_000;
const APP = 'app';
const SHARES = ['call_count', 'total_time', 'total_cputime'];

interface Seen {
  readonly percent: number;
  readonly at: number;
}

/**
 * How much of what Meta lets be called in an hour is used, as its answers say: by the app in all, and by a Page.
 * https://developers.facebook.com/docs/graph-api/overview/rate-limiting
 */
export class Usage {
  private readonly logger = new Logger('Facebook');
  private readonly seen = new Map<string, Seen>();

  /** Never throws: the headers may hold anything. */
  note(headers: IncomingHttpHeaders): void {
    const ofApp = read(headers['x-app-usage']);
    if (ofApp !== undefined) this.set(APP, shareIn([ofApp]));
    const ofPages = objectOf(read(headers['x-business-use-case-usage'])) ?? {};
    for (const [page, uses] of Object.entries(ofPages)) this.set(page, shareIn(arrayOf(uses)));
  }

  finding(page: string, now = Date.now()): Finding {
    const [percent, whose] = [APP, page]
      .map((who): [number, string] => [this.of(who, now), nameOf(who)])
      .reduce((one, other) => (other[0] > one[0] ? other : one));
    const code = 'usage';
    if (percent < MUCH)
      return { code, state: 'ok', sentence: 'Less than 80 % of what Facebook allows to be called is used.' };
    const sentence = `${whose} uses ${percent} % of the calls that Facebook allows in an hour; at 100 % answers have to wait.`;
    return { code, state: 'warning', sentence, advice: 'Send less for a while, or ask Meta for more.' };
  }

  private set(who: string, percent: number): void {
    const now = Date.now();
    const before = this.of(who, now);
    this.seen.set(who, { percent, at: now });
    if (percent >= MUCH && before < MUCH)
      this.logger.warn(`${nameOf(who)} uses ${percent} % of the calls Facebook allows in an hour`);
    if (percent < MUCH && before >= MUCH)
      this.logger.log(`${nameOf(who)} uses less of the calls Facebook allows again: ${percent} %`);
  }

  private of(who: string, now: number): number {
    const seen = this.seen.get(who);
    return seen && now - seen.at < HOUR_MS ? seen.percent : 0;
  }
}

function nameOf(who: string): string {
  return who === APP ? 'Our Meta app' : `Page ${who}`;
}

function read(header: string | string[] | undefined): unknown {
  return typeof header === 'string' ? parseJson(Buffer.from(header)) : undefined;
}

/** The largest of all shares. */
function shareIn(uses: readonly unknown[]): number {
  const shares = uses.flatMap((use) => SHARES.map((name) => Number(at(use, name))));
  return Math.max(0, ...shares.filter(Number.isFinite).map(Math.round));
}
