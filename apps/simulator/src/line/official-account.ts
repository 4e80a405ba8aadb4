import { createHash, createHmac } from 'node:crypto';
import { Courier, type Depot } from '../delivery/courier.js';
import type { Target } from '../delivery/mail.js';
import type { StoredFile } from '../files.js';
import { randomText } from '../ids.js';
import type { Person } from '../people.js';

export interface NewOfficialAccount {
  /** The bot's user id: `U` and 32 hexadecimal digits. */
  readonly id?: string;
  readonly name?: string;
  /** The channel access token. */
  readonly token?: string;
  /** The channel secret. */
  readonly secret?: string;
  /** Messages a month; none = without limit. Default none. */
  readonly quota?: number;
}

/** What an admin changes in LINE's consoles. */
export interface OfficialAccountChange {
  readonly account: string;
  readonly secret?: string;
  /** The switch "Use webhook". */
  readonly useWebhook?: boolean;
  readonly chatMode?: 'chat' | 'bot';
  readonly quota?: number;
  readonly used?: number;
}

/** What was pushed under a retry key. */
export interface Accepted {
  readonly requestId: string;
  readonly sentMessages: readonly { readonly id: string; readonly quoteToken: string }[];
  readonly at: number;
}

const RETRY_KEY_LIFE_MS = 24 * 3_600_000;
let lastMessage = 0;

/** One simulated official account with its Messaging API channel. */
export class OfficialAccount {
  readonly id: string;
  readonly name: string;
  readonly token: string;
  readonly courier: Courier;
  secret: string;
  endpoint?: string;
  useWebhook = true;
  chatMode: 'chat' | 'bot' = 'bot';
  quota: number | undefined;
  used = 0;
  /** False = the token was revoked. */
  alive = true;
  /** What people sent, by the id of its message. */
  readonly contents = new Map<string, StoredFile>();
  /** Messages people took back: their content is gone. */
  readonly unsent = new Set<string>();
  private readonly friends = new Map<string, Person>();
  private readonly blocked = new Set<string>();
  private readonly accepted = new Map<string, Accepted>();

  constructor(depot: Depot, { id, name, token, secret, quota }: NewOfficialAccount) {
    this.id = id ?? `U${createHash('md5').update(randomText(20)).digest('hex')}`;
    this.name = name ?? 'Simulated account';
    this.token = token ?? randomText(60);
    this.secret = secret ?? createHash('md5').update(randomText(20)).digest('hex');
    this.quota = quota;
    this.courier = new Courier(depot, { maxConnections: () => 100, holdsLane: false });
  }

  /** The person added the account: from now on it may write to them. */
  meet(userId: string, person: Person): void {
    this.friends.set(userId, person);
    this.blocked.delete(userId);
  }

  block(userId: string): void {
    this.blocked.add(userId);
  }

  isBlockedBy(userId: string): boolean {
    return this.blocked.has(userId);
  }

  friend(userId: string): Person | undefined {
    return this.friends.get(userId);
  }

  acceptedUnder(key: string): Accepted | undefined {
    const before = this.accepted.get(key);
    return before && Date.now() - before.at < RETRY_KEY_LIFE_MS ? before : undefined;
  }

  accept(key: string, accepted: Accepted): void {
    this.accepted.set(key, accepted);
  }

  /** Where events go now, signed with the secret of now; nowhere while "Use webhook" is off. */
  target(body: Buffer): Target | undefined {
    if (this.endpoint === undefined || !this.useWebhook) return undefined;
    return { url: this.endpoint, headers: signedHeaders(this.secret, body) };
  }
}

export function signedHeaders(secret: string, body: Buffer): Record<string, string> {
  const signature = createHmac('sha256', secret).update(body).digest('base64');
  return { 'content-type': 'application/json; charset=utf-8', 'x-line-signature': signature };
}

/** Beyond 2^53, and later ones are higher. */
export function newMessageId(): string {
  lastMessage = (lastMessage + 1) % 100_000;
  return `${Date.now()}${String(lastMessage).padStart(5, '0')}`;
}

/** The same for all accounts: they have one provider. */
export function userIdOf({ telegramId }: Person): string {
  return `U${createHash('md5').update(`line ${telegramId}`).digest('hex')}`;
}
