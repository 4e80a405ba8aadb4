import { arrayOf, at, textOf } from '#messenger-kit';
import type { Refused } from '#messenger-kit';
import type { GraphAnswer, GraphApi } from './graph-api.js';
import { appTokenOf, type MetaApp } from './meta-app.js';
import { refused, type Refusals } from './refusals.js';

export type Failed = Exclude<GraphAnswer, { readonly kind: 'ok' }>;

export interface AppSubscription {
  readonly kind: 'ok';
  /** Undefined: the app has no callback for this object. */
  readonly callbackUrl: string | undefined;
  readonly active: boolean;
  readonly fields: readonly string[];
}

/** What is wanted of the app: an app has one callback for each object. */
export interface Wanted {
  readonly object: 'page' | 'whatsapp_business_account';
  /** Setting them replaces the whole list; one unknown field fails the whole call. */
  readonly fields: readonly string[];
}

/** Where our Meta app delivers. https://developers.facebook.com/docs/graph-api/reference/app/subscriptions */
export class AppCallback {
  constructor(
    private readonly api: GraphApi,
    private readonly app: MetaApp,
    private readonly wanted: Wanted,
    private readonly refusals: Refusals,
  ) {}

  async read(): Promise<AppSubscription | Failed> {
    const answer = await this.api.call({ method: 'GET', path: this.path, token: appTokenOf(this.app) });
    if (answer.kind !== 'ok') return answer;
    const found = arrayOf(at(answer.body, 'data')).find((one) => at(one, 'object') === this.wanted.object);
    return {
      kind: 'ok',
      callbackUrl: textOf(at(found, 'callback_url')),
      active: at(found, 'active') === true,
      fields: arrayOf(at(found, 'fields')).flatMap((field) => textOf(at(field, 'name')) ?? textOf(field) ?? []),
    };
  }

  /** Points the app's one callback to us where it does not: what another system receives only when that is confirmed. */
  async bringHere(webhookUrl: string, takeOver: boolean): Promise<Refused | undefined> {
    const now = await this.read();
    if (now.kind !== 'ok') return this.refusals.ofApp(now);
    if (isRight(now, webhookUrl, this.wanted.fields)) return undefined;
    const rival = rivalOf(now, webhookUrl);
    if (rival !== undefined && !takeOver) {
      const sentence = `The Meta app delivers to another system at ${rival}. Confirm with takeOver to have it deliver here instead; that system then gets nothing any more.`;
      return refused('in_use_elsewhere', sentence);
    }
    return this.set(webhookUrl, [...new Set([...this.wanted.fields, ...now.fields])]);
  }

  /** Meta asks the address for the verify token before it answers. */
  private async set(webhookUrl: string, fields: readonly string[]): Promise<Refused | undefined> {
    const json = {
      object: this.wanted.object,
      callback_url: webhookUrl,
      verify_token: this.app.verifyToken,
      fields: fields.join(','),
      include_values: true,
    };
    const answer = await this.api.call({ method: 'POST', path: this.path, token: appTokenOf(this.app), json });
    if (answer.kind === 'ok' && at(answer.body, 'success') === true) return undefined;
    if (answer.kind !== 'error') return this.refusals.of({ kind: 'unreadable', status: 200 });
    if (answer.error.code !== CALLBACK_NOT_VERIFIED) return this.refusals.ofApp(answer);
    const sentence = `Meta could not verify the webhook address at ${hostOf(webhookUrl)}: it must reach this server there, over https. Check PARLEY_PUBLIC_URL.`;
    return refused('webhook_unreachable', sentence);
  }

  private get path(): string {
    return `${this.app.id}/subscriptions`;
  }
}

const CALLBACK_NOT_VERIFIED = 2200;

export function isRight(
  { callbackUrl, active, fields }: AppSubscription,
  webhookUrl: string,
  wanted: readonly string[],
): boolean {
  return callbackUrl === webhookUrl && active && wanted.every((field) => fields.includes(field));
}

/** The host of another system that has the callback. Our own path under an old host is us. */
export function rivalOf({ callbackUrl }: AppSubscription, webhookUrl: string): string | undefined {
  if (callbackUrl === undefined || pathOf(callbackUrl) === pathOf(webhookUrl)) return undefined;
  return hostOf(callbackUrl);
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}

/** Paths may be secret, hosts are not. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an unreadable address';
}
