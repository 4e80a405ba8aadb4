import { randomBytes } from 'node:crypto';
import type { Ledger, SentEvent } from '../ledger.js';
import type { Person } from '../people.js';
import type { Settings } from '../settings.js';
import { userIdOf, type OfficialAccount } from './official-account.js';

export interface NewEvent {
  readonly type: string;
  /** Beside what every event has, such as `message` or `postback`. */
  readonly content: Readonly<Record<string, unknown>>;
  readonly at: number;
  readonly text?: string;
  readonly messageId?: string;
}

const SILENT = new Set(['unfollow', 'unsend']);

/** Signs and sends what people do to the accounts' webhooks. */
export class AccountEvents {
  constructor(
    private readonly ledger: Ledger,
    private readonly settings: Settings,
  ) {}

  send(account: OfficialAccount, person: Person, event: NewEvent): SentEvent {
    const wire = eventOf(person, event);
    const first = bodyOf(account, wire, false);
    const wanted = account.target(first) !== undefined;
    const entry = this.ledger.event({
      messenger: 'line',
      account: account.id,
      kind: event.type,
      person: person.id,
      personId: userIdOf(person),
      text: event.text,
      messageId: event.messageId,
      body: first.toString('latin1'),
      state: wanted ? 'pending' : 'unsubscribed',
    });
    if (!wanted) return entry;
    account.courier.push({
      event: entry,
      // Delivered again it says so, and is signed anew.
      get body() {
        return entry.attempts.length === 0 ? first : bodyOf(account, wire, true);
      },
      lane: userIdOf(person),
      expiresAt: Date.now() + this.settings.expiryMs,
      target() {
        return account.target(this.body);
      },
    });
    return entry;
  }
}

function eventOf(person: Person, { type, content, at }: NewEvent): Record<string, unknown> {
  return {
    type,
    mode: 'active',
    timestamp: at,
    source: { type: 'user', userId: userIdOf(person) },
    webhookEventId: newEventId(at),
    ...(!SILENT.has(type) && { replyToken: randomBytes(16).toString('hex') }),
    ...content,
  };
}

function bodyOf({ id }: OfficialAccount, wire: object, isRedelivery: boolean): Buffer {
  const event = { ...wire, deliveryContext: { isRedelivery } };
  return Buffer.from(JSON.stringify({ destination: id, events: [event] }));
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID: its time, then chance. */
function newEventId(at: number): string {
  let time = '';
  for (let rest = at; time.length < 10; rest = Math.floor(rest / 32)) time = CROCKFORD.charAt(rest % 32) + time;
  return time + [...randomBytes(16)].map((byte) => CROCKFORD.charAt(byte % 32)).join('');
}
