import type { Bubble } from '../conversations.js';
import { Courier, type Depot, type Parcel } from '../delivery/courier.js';
import type { Attempt } from '../ledger.js';
import type { Person } from '../people.js';
import { Flood } from './flood.js';

export interface NewBot {
  /** `<bot id>:<35 characters>`. Default: random. */
  readonly token?: string;
  readonly name?: string;
  readonly username?: string;
  /** A PNG or JPEG that people see beside its name. */
  readonly picture?: Buffer;
}

export interface BotWebhook {
  readonly url: string;
  readonly secret?: string;
  readonly maxConnections: number;
}

export interface Poll {
  end(conflicted: boolean): void;
}

/** A pressed button that waits to be answered. */
export interface CallbackQuery {
  readonly expiresAt: number;
  /** The message with the button, where the simulator knows it. */
  readonly bubble?: Bubble;
}

const EPOCH = Date.UTC(2025, 0, 1);
const NOT_BY_DEFAULT = new Set(['chat_member', 'message_reaction', 'message_reaction_count']);

/** One simulated bot: what Telegram knows of it. */
export class Bot {
  readonly id: string;
  readonly courier: Courier;
  webhook?: BotWebhook;
  picture?: Buffer;
  /** Undefined = the default set. */
  allowedUpdates?: readonly string[];
  lastError?: { readonly date: number; readonly message: string };
  /** The long poll that waits now. */
  poll?: Poll;
  /** False = the token was revoked. */
  alive = true;
  readonly callbackQueries = new Map<string, CallbackQuery>();
  readonly flood = new Flood();
  /** When `setWebhook` was last called. */
  webhookSetAt = 0;
  private readonly started = new Set<number>();
  private readonly blocked = new Set<number>();
  private readonly lastMessageIds = new Map<number, number>();
  /** Ids go on from the clock: a simulator that starts anew never gives one twice. */
  private lastUpdateId = Math.floor((Date.now() - EPOCH) / 100);

  constructor(
    depot: Depot,
    public token: string,
    readonly name: string,
    readonly username: string,
  ) {
    this.id = token.slice(0, token.indexOf(':'));
    this.courier = new Courier(depot, {
      maxConnections: () => this.webhook?.maxConnections ?? 40,
      holdsLane: true,
      onAttempt: (attempt) => this.noteAttempt(attempt),
    });
  }

  nextUpdateId(): number {
    return ++this.lastUpdateId;
  }

  nextMessageId(chatId: number): number {
    const id = (this.lastMessageIds.get(chatId) ?? Math.floor((Date.now() - EPOCH) / 1_000)) + 1;
    this.lastMessageIds.set(chatId, id);
    return id;
  }

  wants(kind: string): boolean {
    return this.allowedUpdates ? this.allowedUpdates.includes(kind) : !NOT_BY_DEFAULT.has(kind);
  }

  /** The person pressed Start or wrote: from now on the bot may write. */
  meet(person: Person): void {
    this.started.add(person.telegramId);
    this.blocked.delete(person.telegramId);
  }

  block(person: Person): void {
    this.blocked.add(person.telegramId);
  }

  unblock(person: Person): void {
    this.blocked.delete(person.telegramId);
  }

  standing(person: Person): 'stranger' | 'met' | 'blocked' {
    if (this.blocked.has(person.telegramId)) return 'blocked';
    return this.started.has(person.telegramId) ? 'met' : 'stranger';
  }

  /** Where updates go now, with the secret of now. */
  target(): ReturnType<Parcel['target']> {
    if (!this.webhook) return undefined;
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (this.webhook.secret) headers['x-telegram-bot-api-secret-token'] = this.webhook.secret;
    return { url: this.webhook.url, headers };
  }

  asUser(): Record<string, unknown> {
    return { id: Number(this.id), is_bot: true, first_name: this.name, username: this.username };
  }

  private noteAttempt(attempt: Attempt): void {
    if (attempt.status !== undefined && attempt.status >= 200 && attempt.status < 300) return;
    const message = attempt.status
      ? `Wrong response from the webhook: ${attempt.status}`
      : `Connection failed: ${attempt.error ?? 'no answer'}`;
    this.lastError = { date: Math.floor(Date.now() / 1_000), message };
  }
}

export function userOf(person: Person): Record<string, unknown> {
  return {
    id: person.telegramId,
    is_bot: false,
    first_name: person.firstName,
    ...(person.lastName && { last_name: person.lastName }),
    ...(person.username && { username: person.username }),
    language_code: person.language,
  };
}

export function chatOf(person: Person): Record<string, unknown> {
  return {
    id: person.telegramId,
    first_name: person.firstName,
    ...(person.lastName && { last_name: person.lastName }),
    ...(person.username && { username: person.username }),
    type: 'private',
  };
}
