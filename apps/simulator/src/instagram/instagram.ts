import type { Depot } from '../delivery/courier.js';
import type { Target } from '../delivery/mail.js';
import { MetaApp } from '../meta/meta-app.js';
import type { Meta } from '../meta/meta.js';
import { callbackTarget, PageEvents } from '../meta/page-events.js';
import { Tokens, type Token } from '../meta/tokens.js';
import type { People } from '../people.js';
import { INSTAGRAM_FIELDS, kindOf } from './fields.js';
import { InstagramAccount, type NewInstagramAccount, type NewInstagramApp } from './instagram-account.js';

export const INSTAGRAM_SCOPES: readonly string[] = ['instagram_business_basic', 'instagram_business_manage_messages'];

const DAY = 24 * 3_600_000;
export const LONG_LIFE = 60 * DAY;

/** What brings a token of an hour, once. */
export interface Code {
  readonly redirectUri: string;
  readonly app: MetaApp;
  readonly account: InstagramAccount;
  readonly scopes: readonly string[];
}

/** All that Instagram's side knows: apps, accounts, tokens, codes. Its tokens and ids are none of the Graph API of Facebook. */
export class Instagram {
  readonly tokens = new Tokens();
  readonly codes = new Map<string, Code>();
  readonly events: PageEvents;
  private readonly apps = new Map<string, MetaApp>();
  private readonly accounts = new Map<string, InstagramAccount>();

  constructor(
    private readonly depot: Depot,
    private readonly meta: Meta,
    people: People,
  ) {
    const network = { messenger: 'instagram', object: 'instagram', kindOf } as const;
    this.events = new PageEvents(depot.ledger, depot.settings, people, (id) => this.apps.get(id), network);
  }

  createApp({ id, secret }: NewInstagramApp): MetaApp {
    const app = new MetaApp({ id, secret, name: 'Simulated Instagram app', requireProof: false });
    this.apps.set(app.id, app);
    return app;
  }

  /** Its token is of the day before yesterday: one of today cannot be renewed. */
  createAccount(account: NewInstagramAccount): { account: InstagramAccount; token: Token } {
    const app = account.app === undefined ? this.firstApp() : this.requireApp(account.app);
    const created = new InstagramAccount(this.depot, account);
    this.accounts.set(created.id, created);
    const token = this.issue(app, created, { text: account.token, lifeMs: LONG_LIFE });
    token.issuedAt -= 2 * DAY;
    token.expiresAt -= 2 * DAY;
    return { account: created, token };
  }

  issue(
    app: MetaApp,
    { id }: InstagramAccount,
    { text, lifeMs, scopes = INSTAGRAM_SCOPES }: { text?: string; lifeMs: number; scopes?: readonly string[] },
  ): Token {
    return this.tokens.issue({ kind: 'USER', app, pageId: id, text, lifeMs, scopes });
  }

  app(id: string): MetaApp | undefined {
    return this.apps.get(id);
  }

  account(id: string): InstagramAccount | undefined {
    return this.accounts.get(id);
  }

  requireApp(id: string): MetaApp {
    const app = this.apps.get(id);
    if (!app) throw new Error(`There is no simulated Instagram app ${id}`);
    return app;
  }

  require(id: string): InstagramAccount {
    const account = this.accounts.get(id);
    if (!account) throw new Error(`There is no simulated Instagram account ${id}`);
    return account;
  }

  all(): InstagramAccount[] {
    return [...this.accounts.values()];
  }

  firstApp(): MetaApp {
    return [...this.apps.values()][0] ?? this.createApp({});
  }

  /** As in the dashboard: with the handshake. */
  async setCallback(app: MetaApp, url: string, verifyToken: string): Promise<void> {
    await this.meta.shakeHands(url, verifyToken);
    app.callback = { url, verifyToken, fields: INSTAGRAM_FIELDS };
  }

  /** Where calls about an account go. */
  targetOf(accountId: string, body: Buffer): Target {
    const apps = [...this.require(accountId).subscriptions.keys()].map((id) => this.requireApp(id));
    const app = apps.find((one) => one.callback) ?? this.firstApp();
    const target = callbackTarget(app, body);
    if (!target) throw new Error(`Instagram app ${app.id} has no callback`);
    return target;
  }

  clear(): void {
    for (const account of this.accounts.values()) account.courier.discardAll();
    for (const kept of [this.apps, this.accounts, this.codes]) kept.clear();
    this.tokens.clear();
  }
}
