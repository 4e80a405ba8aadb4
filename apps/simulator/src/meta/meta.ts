import type { Depot } from '../delivery/courier.js';
import { randomDigits } from '../ids.js';
import type { People } from '../people.js';
import { GraphError } from './graph-error.js';
import { ALL_FIELDS, MetaApp, WHATSAPP_FIELDS, type NewApp } from './meta-app.js';
import { MetaPage, type NewPage } from './meta-page.js';
import { PageEvents } from './page-events.js';
import { SCOPES, Tokens } from './tokens.js';

/** A person who administers Pages and can sign in to connect them. */
export interface PageAdmin {
  readonly id: string;
  readonly pages: readonly string[];
  readonly consent: Consent;
}

/** What they agreed to in the dialog. */
export interface Consent {
  readonly granted: readonly string[];
  readonly declined: readonly string[];
  /** Permissions that hold for these Pages only. */
  readonly only: Readonly<Record<string, readonly string[]>>;
}

/** All that Meta's side knows: apps, Pages, tokens, admins, sign-in codes. */
export class Meta {
  readonly tokens = new Tokens();
  readonly events: PageEvents;
  readonly codes = new Map<string, { redirectUri: string; app: MetaApp; adminId: string }>();
  private readonly apps = new Map<string, MetaApp>();
  private readonly pages = new Map<string, MetaPage>();
  private readonly admins = new Map<string, PageAdmin>();

  constructor(
    private readonly depot: Depot,
    people: People,
  ) {
    this.events = new PageEvents(depot.ledger, depot.settings, people, (id) => this.apps.get(id));
  }

  createApp(app: NewApp): MetaApp {
    const created = new MetaApp(app);
    this.apps.set(created.id, created);
    this.tokens.issue({ kind: 'APP', app: created, text: created.token });
    return created;
  }

  createPage(page: NewPage): { page: MetaPage; token: string; app: MetaApp } {
    const app = page.app === undefined ? this.firstApp() : this.requireApp(page.app);
    const created = new MetaPage(this.depot, page);
    this.pages.set(created.id, created);
    const token = this.tokens.issue({ kind: 'PAGE', app, pageId: created.id, text: page.token });
    return { page: created, token: token.text, app };
  }

  createAdmin(pages: readonly string[], consent: Consent = { granted: SCOPES, declined: [], only: {} }): PageAdmin {
    const admin = { id: randomDigits(16), pages, consent };
    this.admins.set(admin.id, admin);
    return admin;
  }

  app(id: string): MetaApp | undefined {
    return this.apps.get(id);
  }

  page(id: string): MetaPage | undefined {
    return this.pages.get(id);
  }

  admin(id: string): PageAdmin | undefined {
    return this.admins.get(id);
  }

  requireApp(id: string): MetaApp {
    const app = this.apps.get(id);
    if (!app) throw new Error(`There is no simulated Meta app ${id}`);
    return app;
  }

  requirePage(id: string): MetaPage {
    const page = this.pages.get(id);
    if (!page) throw new Error(`There is no simulated Page ${id}`);
    return page;
  }

  allPages(): MetaPage[] {
    return [...this.pages.values()];
  }

  firstApp(): MetaApp {
    return [...this.apps.values()][0] ?? this.createApp({});
  }

  /** Does the handshake, and only then takes the address, as the dashboard and `/{app}/subscriptions` do. */
  async subscribeApp(app: MetaApp, url: string, verifyToken: string, fields = ALL_FIELDS): Promise<void> {
    await this.shakeHands(url, verifyToken);
    app.callback = { url, verifyToken, fields };
  }

  /** The same for WhatsApp accounts. */
  async subscribeAppToWhatsApp(
    app: MetaApp,
    url: string,
    verifyToken: string,
    fields = WHATSAPP_FIELDS,
  ): Promise<void> {
    await this.shakeHands(url, verifyToken);
    app.whatsAppCallback = { url, verifyToken, fields };
  }

  /** Asks the address for the word. Throws the Graph error where it does not know it. */
  async shakeHands(url: string, verifyToken: string): Promise<void> {
    const challenge = randomDigits(10);
    const asked = new URL(url);
    asked.searchParams.set('hub.mode', 'subscribe');
    asked.searchParams.set('hub.challenge', challenge);
    asked.searchParams.set('hub.verify_token', verifyToken);
    const answer = await this.depot.mail
      .get(asked.href)
      .catch((error: unknown) => ({ status: 0, answer: String(error) }));
    if (answer.status !== 200 || answer.answer !== challenge) {
      const got = answer.status === 0 ? answer.answer : `HTTP Status Code = ${answer.status}`;
      throw new GraphError({
        message: `(#2200) Callback verification failed with the following errors: ${got}; the challenge was not returned`,
        code: 2200,
      });
    }
  }

  clear(): void {
    for (const page of this.pages.values()) page.courier.discardAll();
    for (const kept of [this.apps, this.pages, this.admins, this.codes]) kept.clear();
    this.tokens.clear();
  }
}
