import { arrayOf, at, idOf, textOf } from '#messenger-kit';
import type { Refused } from '#messenger-kit';
import type { GraphAnswer, GraphApi } from './graph-api.js';
import { appTokenOf, type MetaApp } from './meta-app.js';
import { appRefusalOf, refusalOf, refused } from './refusals.js';

/** Of the app and of each Page. Setting them replaces the whole list; one unknown field fails the whole call. */
export const FIELDS: readonly string[] = [
  'messages',
  'messaging_postbacks',
  'message_echoes',
  'message_deliveries',
  'message_reads',
  'message_reactions',
  'message_edits',
  'messaging_referrals',
  'messaging_optins',
  'messaging_optouts',
  'messaging_policy_enforcement',
  'messaging_handovers',
  'standby',
];

type Failed = Exclude<GraphAnswer, { readonly kind: 'ok' }>;

/** What our app receives of a Page, and who else does. */
export interface PageSubscription {
  readonly kind: 'ok';
  readonly missing: readonly string[];
  /** Names of other apps that receive the Page's messages as well. */
  readonly others: readonly string[];
}

export interface AppSubscription {
  readonly kind: 'ok';
  /** Undefined: the app has no callback for Pages. */
  readonly callbackUrl: string | undefined;
  readonly active: boolean;
  readonly fields: readonly string[];
}

/** An event arrives only where both the app and the Page are subscribed to its field. */
export class Subscriptions {
  constructor(
    private readonly api: GraphApi,
    private readonly app: MetaApp,
  ) {}

  /** https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps */
  async ofPage(page: string, token: string): Promise<PageSubscription | Failed> {
    const answer = await this.api.call({ method: 'GET', path: `${page}/subscribed_apps`, token });
    if (answer.kind !== 'ok') return answer;
    const apps = arrayOf(at(answer.body, 'data'));
    const ours = apps.find((one) => idOf(at(one, 'id')) === this.app.id);
    const has = arrayOf(at(ours, 'subscribed_fields'));
    const others = apps.filter((one) => one !== ours && arrayOf(at(one, 'subscribed_fields')).includes('messages'));
    return {
      kind: 'ok',
      missing: FIELDS.filter((field) => !has.includes(field)),
      others: others.map((one) => textOf(at(one, 'name')) ?? idOf(at(one, 'id')) ?? 'an app without a name'),
    };
  }

  async subscribePage(page: string, token: string): Promise<Refused | undefined> {
    const query = { subscribed_fields: FIELDS.join(',') };
    const answer = await this.api.call({ method: 'POST', path: `${page}/subscribed_apps`, token, query });
    if (answer.kind !== 'ok') return refusalOf(answer);
    return at(answer.body, 'success') === true ? undefined : refusalOf({ kind: 'unreadable', status: 200 });
  }

  /** https://developers.facebook.com/docs/graph-api/reference/app/subscriptions */
  async ofApp(): Promise<AppSubscription | Failed> {
    const answer = await this.api.call({ method: 'GET', path: this.appPath, token: appTokenOf(this.app) });
    if (answer.kind !== 'ok') return answer;
    const page = arrayOf(at(answer.body, 'data')).find((one) => at(one, 'object') === 'page');
    return {
      kind: 'ok',
      callbackUrl: textOf(at(page, 'callback_url')),
      active: at(page, 'active') === true,
      fields: arrayOf(at(page, 'fields')).flatMap((field) => textOf(at(field, 'name')) ?? textOf(field) ?? []),
    };
  }

  /** Points the app's one callback to us where it does not: what another system receives only when that is confirmed. */
  async bringHere(webhookUrl: string, takeOver: boolean): Promise<Refused | undefined> {
    const now = await this.ofApp();
    if (now.kind !== 'ok') return appRefusalOf(now);
    if (isRight(now, webhookUrl)) return undefined;
    const rival = rivalOf(now, webhookUrl);
    if (rival !== undefined && !takeOver) {
      const sentence = `The Meta app delivers to another system at ${rival}. Confirm with takeOver to have it deliver here instead; that system then gets nothing any more.`;
      return refused('in_use_elsewhere', sentence);
    }
    return this.setCallback(webhookUrl, [...new Set([...FIELDS, ...now.fields])]);
  }

  /** Meta asks the address for the verify token before it answers. */
  private async setCallback(webhookUrl: string, fields: readonly string[]): Promise<Refused | undefined> {
    const json = {
      object: 'page',
      callback_url: webhookUrl,
      verify_token: this.app.verifyToken,
      fields: fields.join(','),
      include_values: true,
    };
    const answer = await this.api.call({ method: 'POST', path: this.appPath, token: appTokenOf(this.app), json });
    if (answer.kind === 'ok' && at(answer.body, 'success') === true) return undefined;
    if (answer.kind !== 'error') return refusalOf({ kind: 'unreadable', status: 200 });
    if (answer.error.code !== CALLBACK_NOT_VERIFIED) return appRefusalOf(answer);
    const sentence = `Meta could not verify the webhook address at ${hostOf(webhookUrl)}: it must reach this server there, over https. Check PARLEY_PUBLIC_URL.`;
    return refused('webhook_unreachable', sentence);
  }

  private get appPath(): string {
    return `${this.app.id}/subscriptions`;
  }
}

const CALLBACK_NOT_VERIFIED = 2200;

export function isRight({ callbackUrl, active, fields }: AppSubscription, webhookUrl: string): boolean {
  return callbackUrl === webhookUrl && active && FIELDS.every((field) => fields.includes(field));
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
