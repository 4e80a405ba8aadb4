import type { Ledger, SentEvent } from '../ledger.js';
import type { Meta } from '../meta/meta.js';
import type { MetaApp } from '../meta/meta-app.js';
import { callbackTarget } from '../meta/page-events.js';
import { fullName } from '../people.js';
import type { Settings } from '../settings.js';
import { metaBytes } from '../wire.js';
import type { BusinessNumber } from './business-number.js';
import type { Known, Numbers } from './numbers.js';

/** An item of a list of a change. */
export type Item = Readonly<Record<string, unknown>>;

export interface Change {
  readonly field: string;
  /** `messages`, `statuses`, `message_echoes`. */
  readonly list: string;
  readonly items: readonly Item[];
  readonly kind: string;
  readonly text?: string;
}

/** Signs and sends what happens at numbers to the apps that subscribed to their accounts. */
export class NumberEvents {
  constructor(
    private readonly ledger: Ledger,
    private readonly settings: Settings,
    private readonly meta: Meta,
    private readonly numbers: Numbers,
  ) {}

  /** One webhook call per subscribed app; at least one entry in the ledger. */
  send(number: BusinessNumber, known: Known, change: Change): SentEvent {
    const body = metaBytes(envelopeOf(number, known, change));
    const apps = [...(this.numbers.subscriptions.get(number.accountId) ?? [])]
      .map((id) => this.meta.requireApp(id))
      .filter((app) => app.whatsAppCallback?.fields.has(change.field));
    const [event] = apps.map((app) => this.dispatch(number, known, change, app, body));
    return event ?? this.record(number, known, change, body, 'unsubscribed');
  }

  private dispatch(number: BusinessNumber, known: Known, change: Change, app: MetaApp, body: Buffer): SentEvent {
    const event = this.record(number, known, change, body, 'pending');
    const expiresAt = Date.now() + this.settings.expiryMs;
    const target = () => callbackTarget(app, body, app.whatsAppCallback);
    number.courier.push({ event, body, lane: `${app.id} ${known.userId}`, expiresAt, target });
    return event;
  }

  private record(
    number: BusinessNumber,
    { userId, person }: Known,
    { kind, text, items }: Change,
    body: Buffer,
    state: 'pending' | 'unsubscribed',
  ): SentEvent {
    const id = items[0]?.['id'];
    return this.ledger.event({
      messenger: 'whatsapp',
      account: number.id,
      kind,
      person: person.id,
      personId: userId,
      text,
      messageId: typeof id === 'string' ? id : undefined,
      body: body.toString('latin1'),
      state,
    });
  }
}

function envelopeOf(number: BusinessNumber, known: Known, { field, list, items }: Change): object {
  const metadata = { display_phone_number: number.display, phone_number_id: number.id };
  const contacts = list === 'messages' ? { contacts: [contactOf(known)] } : {};
  const value = { messaging_product: 'whatsapp', metadata, ...contacts, [list]: items };
  return { object: 'whatsapp_business_account', entry: [{ id: number.accountId, changes: [{ value, field }] }] };
}

/** Who has a user name hides the phone. */
function contactOf({ userId, phone, person }: Known): object {
  const { username } = person;
  const profile = { name: fullName(person), ...(username !== undefined && { username: `@${username}` }) };
  return { profile, ...(username === undefined && { wa_id: phone }), user_id: userId };
}
