import type { Depot } from '../delivery/courier.js';
import { randomDigits } from '../ids.js';
import { MetaPage } from '../meta/meta-page.js';

export interface NewInstagramApp {
  readonly id?: string;
  readonly secret?: string;
}

export interface NewInstagramAccount {
  /** As webhooks call it. */
  readonly id?: string;
  readonly name?: string;
  readonly username?: string;
  /** Default: random. */
  readonly token?: string;
  /** Id of the app the token belongs to. Default: the first Instagram app, made if there is none. */
  readonly app?: string;
}

/** One simulated professional account: what a Page is to Messenger, with a user name and two ids. */
export class InstagramAccount extends MetaPage {
  readonly username: string;
  /** What the account is called towards one app. */
  readonly appScopedId: string;
  /** Whether Instagram renews its tokens: none of a private account. */
  isPrivate = false;

  constructor(depot: Depot, account: NewInstagramAccount) {
    super(depot, { id: account.id ?? `1784${randomDigits(13)}`, name: account.name ?? 'Simulated account' });
    this.username = account.username ?? 'simulated.account';
    this.appScopedId = `26${randomDigits(15)}`;
  }
}
