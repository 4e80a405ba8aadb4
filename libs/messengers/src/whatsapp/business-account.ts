import { arrayOf, at, cleanName, idOf, textOf } from '#messenger-kit';
import type { Refused } from '#messenger-kit';
import type { Failed } from '../meta/app-callback.js';
import type { GraphApi } from '../meta/graph-api.js';
import type { MetaApp } from '../meta/meta-app.js';
import { REFUSALS } from './refusals.js';

/** Of the app's callback. All fields are chosen there: an account's subscription has no list of its own. */
export const FIELDS: readonly string[] = ['messages', 'smb_message_echoes', 'user_preferences'];

/** A number of ours, as WhatsApp tells of it. */
export interface PhoneNumber {
  readonly kind: 'ok';
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly quality: string | undefined;
  /** `CLOUD_API` once it is registered there. */
  readonly platform: string | undefined;
}

/** What our app receives of an account, and who else does. */
export interface AccountSubscription {
  readonly kind: 'ok';
  readonly isOurs: boolean;
  /** Another address than the app's, set for this account. */
  readonly override: string | undefined;
  readonly others: readonly string[];
}

const PAGE_SIZE = '100';

/** WhatsApp Business Accounts and their numbers. https://developers.facebook.com/docs/whatsapp/business-management-api */
export class BusinessAccounts {
  constructor(
    private readonly api: GraphApi,
    private readonly app: MetaApp,
  ) {}

  async number(phoneNumberId: string, token: string): Promise<PhoneNumber | Failed> {
    const query = { fields: 'id,display_phone_number,verified_name,quality_rating,platform_type' };
    const answer = await this.api.call({ method: 'GET', path: phoneNumberId, token, query });
    if (answer.kind !== 'ok') return answer;
    const { body } = answer;
    return {
      kind: 'ok',
      id: idOf(at(body, 'id')),
      name: cleanName(textOf(at(body, 'verified_name')), textOf(at(body, 'display_phone_number'))),
      quality: textOf(at(body, 'quality_rating')),
      platform: textOf(at(body, 'platform_type')),
    };
  }

  /** Ids of the account's numbers. */
  async numbersOf(account: string, token: string): Promise<{ kind: 'ok'; ids: readonly string[] } | Failed> {
    const query = { fields: 'id', limit: PAGE_SIZE };
    const answer = await this.api.call({ method: 'GET', path: `${account}/phone_numbers`, token, query });
    if (answer.kind !== 'ok') return answer;
    return { kind: 'ok', ids: arrayOf(at(answer.body, 'data')).flatMap((one) => idOf(at(one, 'id')) ?? []) };
  }

  async subscriptionOf(account: string, token: string): Promise<AccountSubscription | Failed> {
    const answer = await this.api.call({ method: 'GET', path: `${account}/subscribed_apps`, token });
    if (answer.kind !== 'ok') return answer;
    const apps = arrayOf(at(answer.body, 'data'));
    const idIn = (one: unknown) => idOf(at(one, 'whatsapp_business_api_data', 'id'));
    const ours = apps.find((one) => idIn(one) === this.app.id);
    const others = apps.filter((one) => one !== ours);
    return {
      kind: 'ok',
      isOurs: ours !== undefined,
      override: textOf(at(ours, 'override_callback_uri')),
      others: others.map((one) => {
        return cleanName(textOf(at(one, 'whatsapp_business_api_data', 'name'))) ?? idIn(one) ?? 'an app without a name';
      }),
    };
  }

  async subscribe(account: string, token: string): Promise<Refused | undefined> {
    const answer = await this.api.call({ method: 'POST', path: `${account}/subscribed_apps`, token });
    if (answer.kind !== 'ok') return REFUSALS.of(answer);
    return at(answer.body, 'success') === true ? undefined : REFUSALS.of({ kind: 'unreadable', status: 200 });
  }

  async unsubscribe(account: string, token: string): Promise<Failed | undefined> {
    const answer = await this.api.call({ method: 'DELETE', path: `${account}/subscribed_apps`, token });
    return answer.kind === 'ok' ? undefined : answer;
  }
}
