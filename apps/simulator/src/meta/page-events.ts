import { createHmac } from 'node:crypto';
import type { Target } from '../delivery/mail.js';
import { isRecord } from '../http/fields.js';
import type { Ledger, MessengerKey, SentEvent } from '../ledger.js';
import type { People, Person } from '../people.js';
import type { Settings } from '../settings.js';
import { metaBytes } from '../wire.js';
import type { MetaApp } from './meta-app.js';
import type { MetaPage } from './meta-page.js';
import { kindOf } from './page-fields.js';

/** An item of `messaging[]`. */
export type MessagingItem = Readonly<Record<string, unknown>>;

/** What one app gets of one Page: in its own hands, or to look on while another app has the thread. */
interface Entry {
  readonly page: MetaPage;
  readonly messaging: readonly MessagingItem[];
  readonly standby: readonly MessagingItem[];
}

/** One app's share, waiting to go with others in one call. */
interface Gathered extends Entry {
  readonly app: MetaApp;
  readonly event: SentEvent;
}

const MAX_BATCH = 1_000;

/** Whose events they are. */
export interface Network {
  readonly messenger: MessengerKey;
  /** What a call says it is about. */
  readonly object: string;
  readonly kindOf: typeof kindOf;
}

const MESSENGER: Network = { messenger: 'facebook', object: 'page', kindOf };

/** The signature header's value for exactly these bytes. */
export function signatureOf(secret: string, body: Buffer): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** Signs and sends the events of Pages to the apps that subscribed to them. */
export class PageEvents {
  private gathering: Gathered[] | undefined;

  constructor(
    private readonly ledger: Ledger,
    private readonly settings: Settings,
    private readonly people: People,
    private readonly apps: (id: string) => MetaApp | undefined,
    private readonly network = MESSENGER,
  ) {}

  /** One webhook call per subscribed app, or to the one named, with all the items its fields let through. */
  send(page: MetaPage, items: readonly MessagingItem[], only?: string): SentEvent[] {
    const shares = [...page.subscriptions].flatMap(([appId, fields]) => {
      if (only !== undefined && appId !== only) return [];
      const app = this.apps(appId);
      const entry = app?.callback && this.shareOf(page, app, fields, items);
      return app && entry && entry.messaging.length + entry.standby.length > 0 ? [{ app, entry }] : [];
    });
    if (shares.length === 0) {
      return [this.record({ page, messaging: items, standby: [] }, 'unsubscribed').event];
    }
    return shares.map(({ app, entry }) => {
      const { event, body } = this.record(entry, 'pending');
      if (this.gathering) this.gathering.push({ ...entry, app, event });
      else this.dispatch(page, app, event, body);
      return event;
    });
  }

  /** What `work` makes happen goes to each app in one call, all Pages together. */
  gather<T>(work: () => T): T {
    const outer = this.gathering;
    const gathered: Gathered[] = (this.gathering = []);
    try {
      return work();
    } finally {
      this.gathering = outer;
      if (outer) outer.push(...gathered);
      else for (const share of byApp(gathered)) this.sendTogether(share);
    }
  }

  private sendTogether(share: readonly Gathered[]): void {
    const [first] = share;
    if (!first) return;
    const body = bodyOf(share, this.network.object);
    const common = {
      messenger: this.network.messenger,
      account: first.page.id,
      kind: 'batch',
      state: 'pending',
    } as const;
    const event = this.ledger.event({ ...common, body: body.toString('latin1') });
    this.dispatch(
      first.page,
      first.app,
      event,
      body,
      share.map((one) => one.event),
    );
  }

  private dispatch(page: MetaPage, app: MetaApp, event: SentEvent, body: Buffer, members?: readonly SentEvent[]): void {
    const lane = `${app.id} ${event.personId ?? `batch ${event.n}`}`;
    const expiresAt = Date.now() + this.settings.expiryMs;
    page.courier.push({ event, body, lane, expiresAt, members, target: () => callbackTarget(app, body) });
  }

  /** Subscribed both on the app and on the Page; on standby where another app has the thread. */
  private shareOf(page: MetaPage, app: MetaApp, fields: ReadonlySet<string>, items: readonly MessagingItem[]): Entry {
    const wants = (field: string) => fields.has(field) && app.callback?.fields.has(field) === true;
    const looksOn = (item: MessagingItem) => {
      const owner = page.threadOwners.get(personIdOf(page, item) ?? '');
      return (
        owner !== undefined && owner !== app.id && !this.network.kindOf(item).field.startsWith('messaging_handover')
      );
    };
    const wanted = items.filter((item) => wants(this.network.kindOf(item).field));
    const standby = wants('standby') ? items.filter(looksOn).map(withheld) : [];
    return { page, messaging: wanted.filter((item) => !looksOn(item)), standby };
  }

  private record(entry: Entry, state: 'pending' | 'unsubscribed') {
    const { page, messaging, standby } = entry;
    const body = bodyOf([entry], this.network.object);
    const items = [...messaging, ...standby];
    const first = items[0] ?? {};
    const personId = personIdOf(page, first);
    const event = this.ledger.event({
      messenger: this.network.messenger,
      account: page.id,
      kind: items.length === 1 ? this.network.kindOf(first).kind : 'batch',
      person: this.personOf(page, personId)?.id,
      personId,
      ...aboutOf(first),
      body: body.toString('latin1'),
      state,
    });
    return { event, body };
  }

  private personOf(page: MetaPage, psid: string | undefined): Person | undefined {
    return psid === undefined ? undefined : this.people.byPsid(page.id, psid);
  }
}

/** The text and the message an item is about, whatever its kind. */
function aboutOf(item: MessagingItem): { text?: string; messageId?: string } {
  const said = [item.message, item.message_edit, item.postback, item.reaction].find(isRecord) ?? {};
  const { text, mid } = said;
  return { text: typeof text === 'string' ? text : undefined, messageId: typeof mid === 'string' ? mid : undefined };
}

function personIdOf(page: MetaPage, item: MessagingItem): string | undefined {
  const ids = [item.sender, item.recipient].map((end) => (isRecord(end) && typeof end.id === 'string' ? end.id : ''));
  return ids.find((id) => id !== '' && id !== page.id);
}

function withheld(item: MessagingItem): MessagingItem {
  if (!isRecord(item.postback)) return item;
  const { payload: _, ...postback } = item.postback;
  return { ...item, postback };
}

function bodyOf(entries: readonly Entry[], object: string): Buffer {
  const merged = new Map<MetaPage, Entry>();
  for (const { page, messaging, standby } of entries) {
    const so = merged.get(page) ?? { page, messaging: [], standby: [] };
    merged.set(page, { page, messaging: [...so.messaging, ...messaging], standby: [...so.standby, ...standby] });
  }
  const entry = [...merged.values()].map(({ page, messaging, standby }) => ({
    id: page.id,
    time: Date.now(),
    ...((messaging.length > 0 || standby.length === 0) && { messaging }),
    ...(standby.length > 0 && { standby }),
  }));
  return metaBytes({ object, entry });
}

/** At most 1000 items in one call. */
function byApp(gathered: readonly Gathered[]): Gathered[][] {
  const shares = new Map<MetaApp, Gathered[][]>();
  for (const one of gathered) {
    const calls = shares.get(one.app) ?? [];
    shares.set(one.app, calls);
    const last = calls.at(-1);
    const size = (last ?? []).reduce((sum, { messaging, standby }) => sum + messaging.length + standby.length, 0);
    if (last && size + one.messaging.length + one.standby.length <= MAX_BATCH) last.push(one);
    else calls.push([one]);
  }
  return [...shares.values()].flat();
}

export function callbackTarget(app: MetaApp, body: Buffer, callback = app.callback): Target | undefined {
  if (!callback) return undefined;
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signatureOf(app.secret, body) };
  return { url: callback.url, headers };
}
