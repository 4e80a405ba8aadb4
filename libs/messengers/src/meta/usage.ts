import type { IncomingHttpHeaders } from 'node:http';
import { Logger } from '@nestjs/common';
import { arrayOf, at, type Finding, objectOf, parseJson } from '#messenger-kit';
import type { Names } from './names.js';

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
 * How much of what Meta lets be called in an hour is used, as its answers say: by the app in all, and by an account.
 * https://developers.facebook.com/docs/graph-api/overview/rate-limiting
 */
export class Usage {
  private readonly logger: Logger;
  private readonly seen = new Map<string, Seen>();

  /** `account`: what Meta counts for, beside our app. */
  constructor(
    private readonly network: Names['network'],
    private readonly account: string,
  ) {
    this.logger = new Logger(network);
  }

  /** Never throws: the headers may hold anything. */
  note(headers: IncomingHttpHeaders): void {
    const ofApp = read(headers['x-app-usage']);
    if (ofApp !== undefined) this.set(APP, shareIn([ofApp]));
    const ofAccounts = objectOf(read(headers['x-business-use-case-usage'])) ?? {};
    for (const [account, uses] of Object.entries(ofAccounts)) this.set(account, shareIn(arrayOf(uses)));
  }

  finding(account: string, now = Date.now()): Finding {
    const [percent, whose] = [APP, account]
      .map((who): [number, string] => [this.of(who, now), this.nameOf(who)])
      .reduce((one, other) => (other[0] > one[0] ? other : one));
    const code = 'usage';
    if (percent < MUCH)
      return { code, state: 'ok', sentence: `Less than 80 % of what ${this.network} allows to be called is used.` };
    const sentence = `${whose} uses ${percent} % of the calls that ${this.network} allows in an hour; at 100 % answers have to wait.`;
    return { code, state: 'warning', sentence, advice: 'Send less for a while, or ask Meta for more.' };
  }

  private set(who: string, percent: number): void {
    const now = Date.now();
    const before = this.of(who, now);
    this.seen.set(who, { percent, at: now });
    if (percent >= MUCH && before < MUCH)
      this.logger.warn(`${this.nameOf(who)} uses ${percent} % of the calls ${this.network} allows in an hour`);
    if (percent < MUCH && before >= MUCH)
      this.logger.log(`${this.nameOf(who)} uses less of the calls ${this.network} allows again: ${percent} %`);
  }

  private of(who: string, now: number): number {
    const seen = this.seen.get(who);
    return seen && now - seen.at < HOUR_MS ? seen.percent : 0;
  }

  private nameOf(who: string): string {
    return who === APP ? 'Our Meta app' : `${this.account} ${who}`;
  }
}

function read(header: string | string[] | undefined): unknown {
  return typeof header === 'string' ? parseJson(Buffer.from(header)) : undefined;
}

/** The largest of all shares. */
function shareIn(uses: readonly unknown[]): number {
  const shares = uses.flatMap((use) => SHARES.map((name) => Number(at(use, name))));
  return Math.max(0, ...shares.filter(Number.isFinite).map(Math.round));
}
