import { arrayOf, at, idOf, textOf } from '#messenger-kit';
import type { Refused } from '#messenger-kit';
import { AppCallback, type Failed } from '../meta/app-callback.js';
import type { GraphApi } from '../meta/graph-api.js';
import type { MetaApp } from '../meta/meta-app.js';
import { REFUSALS } from './refusals.js';

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

/** What our app receives of a Page, and who else does. */
export interface PageSubscription {
  readonly kind: 'ok';
  readonly missing: readonly string[];
  /** Names of other apps that receive the Page's messages as well. */
  readonly others: readonly string[];
}

/** An event arrives only where both the app and the Page are subscribed to its field. */
export class Subscriptions {
  readonly ofApp: AppCallback;

  constructor(
    private readonly api: GraphApi,
    private readonly app: MetaApp,
  ) {
    this.ofApp = new AppCallback(api, app, { object: 'page', fields: FIELDS }, REFUSALS);
  }

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
    if (answer.kind !== 'ok') return REFUSALS.of(answer);
    return at(answer.body, 'success') === true ? undefined : REFUSALS.of({ kind: 'unreadable', status: 200 });
  }
}
