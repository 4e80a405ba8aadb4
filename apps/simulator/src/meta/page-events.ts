import { createHmac } from 'node:crypto';
import type { Target } from '../delivery/mail.js';
import type { Ledger, SentEvent } from '../ledger.js';
import type { People, Person } from '../people.js';
import type { Settings } from '../settings.js';
import { metaBytes } from '../wire.js';
import { isRecord } from '../http/fields.js';
import type { MetaApp } from './meta-app.js';
import type { MetaPage } from './meta-page.js';
import { kindOf } from './page-fields.js';

/** An item of `messaging[]`. */
export type MessagingItem = Readonly<Record<string, unknown>>;

/** The signature header's value for exactly these bytes. */
export function signatureOf(secret: string, body: Buffer): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** Signs and sends the events of Pages to the apps that subscribed to them. */
export class PageEvents {
  constructor(
    private readonly ledger: Ledger,
    private readonly settings: Settings,
    private readonly people: People,
    private readonly apps: (id: string) => MetaApp | undefined,
  ) {}

  /** One webhook call per subscribed app, with all the items its fields let through. */
  send(page: MetaPage, items: readonly MessagingItem[]): SentEvent[] {
    const subscribers = [...page.subscriptions].flatMap(([appId, fields]) => {
      const app = this.apps(appId);
      const wanted = app?.callback ? items.filter((item) => isWanted(app, fields, item)) : [];
      return app && wanted.length ? [{ app, wanted }] : [];
    });
    if (subscribers.length === 0) return [this.record(page, items, 'unsubscribed').event];
    return subscribers.map(({ app, wanted }) => {
      const { event, body } = this.record(page, wanted, 'pending');
      this.dispatch(page, app, event, body);
      return event;
    });
  }

  private dispatch(page: MetaPage, app: MetaApp, event: SentEvent, body: Buffer): void {
    const lane = `${app.id} ${event.personId ?? ''}`;
    const expiresAt = Date.now() + this.settings.expiryMs;
    page.courier.push({ event, body, lane, expiresAt, target: () => callbackTarget(app, body) });
  }

  private record(page: MetaPage, items: readonly MessagingItem[], state: 'pending' | 'unsubscribed') {
    const entry = { id: page.id, time: Date.now(), messaging: items };
    const body = metaBytes({ object: 'page', entry: [entry] });
    const first = items[0] ?? {};
    const personId = this.personIdOf(page, first);
    const message = isRecord(first.message) ? first.message : {};
    const event = this.ledger.event({
      messenger: 'facebook',
      account: page.id,
      kind: items.length === 1 ? kindOf(first).kind : 'batch',
      person: this.personOf(page, personId)?.id,
      personId,
      text: typeof message.text === 'string' ? message.text : undefined,
      messageId: typeof message.mid === 'string' ? message.mid : undefined,
      body: body.toString('latin1'),
      state,
    });
    return { event, body };
  }

  private personIdOf(page: MetaPage, item: MessagingItem): string | undefined {
    const ids = [item.sender, item.recipient].map((end) => (isRecord(end) && typeof end.id === 'string' ? end.id : ''));
    return ids.find((id) => id !== '' && id !== page.id);
  }

  private personOf(page: MetaPage, psid: string | undefined): Person | undefined {
    return psid === undefined ? undefined : this.people.byPsid(page.id, psid);
  }
}

export function callbackTarget(app: MetaApp, body: Buffer): Target | undefined {
  if (!app.callback) return undefined;
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signatureOf(app.secret, body) };
  return { url: app.callback.url, headers };
}

/** Subscribed both on the app and on the Page. */
function isWanted(app: MetaApp, pageFields: ReadonlySet<string>, item: MessagingItem): boolean {
  const { field } = kindOf(item);
  return pageFields.has(field) && app.callback?.fields.has(field) === true;
}
