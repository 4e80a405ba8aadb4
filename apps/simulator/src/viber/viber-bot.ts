import { createHash, createHmac, randomBytes } from 'node:crypto';
import { Courier, type Depot } from '../delivery/courier.js';
import type { Target } from '../delivery/mail.js';
import { randomDigits } from '../ids.js';
import type { Person } from '../people.js';

export interface NewViberBot {
  /** `pa:` and digits. Default: random. */
  readonly id?: string;
  /** Three groups of 16 hex digits. Default: random. */
  readonly token?: string;
  readonly name?: string;
  /** A PNG that people see beside its name. */
  readonly picture?: Buffer;
}

export interface ViberWebhook {
  readonly url: string;
  /** Undefined = all. */
  readonly eventTypes: readonly string[] | undefined;
  readonly sendName: boolean;
  readonly sendPhoto: boolean;
}

/** Somebody as the bot knows them. */
export interface Known {
  /** Another one at every bot. */
  readonly userId: string;
  readonly person: Person;
  standing: 'stranger' | 'subscribed' | 'left';
  lastWroteAt: number;
  /** When the bot wrote what they have not answered. */
  unanswered: number[];
  /** What the bot sent along last: it comes back with what they say. */
  tracking: string | undefined;
  /** When the bot asked who they are. */
  asked: number[];
}

const DAY = 24 * 3_600_000;
export const TOKEN_SHAPE = /^[0-9a-f]{16}(-[0-9a-f]{16}){2}$/;

/** One simulated bot: what Viber knows of it. */
export class ViberBot {
  readonly id: string;
  readonly name: string;
  readonly picture: Buffer | undefined;
  readonly courier: Courier;
  token: string;
  webhook?: ViberWebhook;
  /** False = the token was revoked. */
  alive = true;
  private readonly people = new Map<string, Known>();

  constructor(depot: Depot, { id, token, name, picture }: NewViberBot) {
    this.id = id ?? `pa:${randomDigits(20)}`;
    this.token = token ?? newToken();
    this.name = name ?? 'Simulated bot';
    this.picture = picture;
    this.courier = new Courier(depot, { maxConnections: () => 40, holdsLane: false });
  }

  /** Everybody exists for everybody; whether they may be written to is another matter. */
  known(person: Person): Known {
    const userId = createHash('md5').update(`${this.id}\n${person.telegramId}`).digest('base64');
    const fresh = {
      userId,
      person,
      standing: 'stranger' as const,
      lastWroteAt: 0,
      unanswered: [],
      tracking: undefined,
      asked: [],
    };
    const known: Known = this.people.get(userId) ?? fresh;
    this.people.set(userId, known);
    return known;
  }

  byUserId(userId: string): Known | undefined {
    return this.people.get(userId);
  }

  get subscribers(): number {
    return [...this.people.values()].filter(({ standing }) => standing === 'subscribed').length;
  }

  wants(event: string): boolean {
    if (!this.webhook) return false;
    return event === 'message' || (this.webhook.eventTypes ?? [event]).includes(event);
  }

  /** Where events go now, signed with the token of now. */
  target(body: Buffer, url = this.webhook?.url): Target | undefined {
    if (url === undefined) return undefined;
    return { url, headers: { 'content-type': 'application/json', 'x-viber-content-signature': this.sign(body) } };
  }

  sign(body: Buffer, token = this.token): string {
    return createHmac('sha256', token).update(body).digest('hex');
  }
}

/** Whatever somebody says subscribes them, answers the bot, and begins a session. */
export function heardFrom(known: Known, at: number): void {
  known.standing = 'subscribed';
  known.lastWroteAt = Math.max(at, known.lastWroteAt);
  known.unanswered = [];
}

export function isInSession({ lastWroteAt }: Known, now: number): boolean {
  return now - lastWroteAt < DAY;
}

export function newToken(): string {
  return Array.from({ length: 3 }, () => randomBytes(8).toString('hex')).join('-');
}
