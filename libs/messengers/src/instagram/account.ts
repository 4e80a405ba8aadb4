import { arrayOf, at, cleanName, idOf, textOf } from '#messenger-kit';
import type { Refused } from '#messenger-kit';
import type { Failed } from '../meta/app-callback.js';
import type { GraphApi } from '../meta/graph-api.js';
import { webUrl } from '../meta/messaging/links.js';
import { REFUSALS } from './refusals.js';

/** Of each account. Setting them replaces the whole list; one unknown field fails the whole call. Echoes come with `messages`. */
export const FIELDS: readonly string[] = [
  'messages',
  'message_reactions',
  'messaging_postbacks',
  'messaging_seen',
  'messaging_referral',
  'message_edit',
  'standby',
];

/** An account of ours, as Instagram tells of it. */
export interface OwnAccount {
  readonly kind: 'ok';
  /** What webhooks call it. */
  readonly id: string;
  /** What it is called towards our app alone. */
  readonly appScopedId: string | undefined;
  readonly name: string;
  readonly pictureUrl: string | undefined;
}

/** What our app receives of an account, and who else does. */
export interface AccountSubscription {
  readonly kind: 'ok';
  readonly missing: readonly string[];
  readonly others: readonly string[];
}

/** Professional accounts. https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login */
export class Accounts {
  constructor(
    private readonly api: GraphApi,
    /** The ids of our app: which one Instagram names is not promised. */
    private readonly apps: readonly string[],
  ) {}

  /** Whose token it is. Two ids are told, `user_id` being the one of webhooks; where there is one it is that. */
  async ofToken(token: string): Promise<OwnAccount | Failed> {
    const query = { fields: 'user_id,id,username,name,profile_picture_url' };
    const answer = await this.api.call({ method: 'GET', path: 'me', token, query });
    if (answer.kind !== 'ok') return answer;
    // Meta's documentation shows the account within a list, its answers show it bare.
    const body = arrayOf(at(answer.body, 'data'))[0] ?? answer.body;
    const [userId, appScopedId] = [idOf(at(body, 'user_id')), idOf(at(body, 'id'))];
    const id = userId ?? appScopedId;
    if (id === undefined) return { kind: 'unreadable', status: 200 };
    return {
      kind: 'ok',
      id,
      appScopedId,
      name: cleanName(textOf(at(body, 'name'))) ?? cleanName(textOf(at(body, 'username'))) ?? id,
      pictureUrl: webUrl(at(body, 'profile_picture_url')),
    };
  }

  async subscriptionOf(account: string, token: string): Promise<AccountSubscription | Failed> {
    const answer = await this.api.call({ method: 'GET', path: `${account}/subscribed_apps`, token });
    if (answer.kind !== 'ok') return answer;
    const apps = arrayOf(at(answer.body, 'data'));
    const ours = apps.find((one) => this.apps.includes(idOf(at(one, 'id')) ?? ''));
    const has = arrayOf(at(ours, 'subscribed_fields'));
    const others = apps.filter((one) => one !== ours && arrayOf(at(one, 'subscribed_fields')).includes('messages'));
    return {
      kind: 'ok',
      missing: FIELDS.filter((field) => !has.includes(field)),
      others: others.map((one) => cleanName(textOf(at(one, 'name'))) ?? idOf(at(one, 'id')) ?? 'an app without a name'),
    };
  }

  async subscribe(account: string, token: string): Promise<Refused | undefined> {
    const query = { subscribed_fields: FIELDS.join(',') };
    const answer = await this.api.call({ method: 'POST', path: `${account}/subscribed_apps`, token, query });
    if (answer.kind !== 'ok') return REFUSALS.of(answer);
    return at(answer.body, 'success') === true ? undefined : REFUSALS.of({ kind: 'unreadable', status: 200 });
  }

  async unsubscribe(account: string, token: string): Promise<Failed | undefined> {
    const answer = await this.api.call({ method: 'DELETE', path: `${account}/subscribed_apps`, token });
    return answer.kind === 'ok' ? undefined : answer;
  }
}
