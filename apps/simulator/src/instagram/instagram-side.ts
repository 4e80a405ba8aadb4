import type { Writing } from '../customer.js';
import { Fields } from '../http/fields.js';
import type { SentEvent } from '../ledger.js';
import type { World } from '../world.js';
import { decideAt, type LoginDecision } from './login.js';
import { newMid } from './messages-edge.js';

/** What happens at Instagram outside its API. */
export class InstagramSide {
  constructor(private readonly world: World) {}

  /** Sets the app's callback as in the dashboard: with the handshake. Rejects when that fails. */
  async setCallback({ app, url, verifyToken }: { app: string; url: string; verifyToken: string }): Promise<void> {
    const { instagram } = this.world;
    await instagram.setCallback(instagram.requireApp(app), url, verifyToken);
  }

  /** Decides in the dialog at `url`; where the browser is sent then. */
  decide(url: string, decision: LoginDecision): string {
    return decideAt(this.world.instagram, new Fields(Object.fromEntries(new URL(url).searchParams)), decision);
  }

  /** Somebody of the business writes in Instagram itself: an echo that names no app. */
  write({ account, person, text, at = Date.now() }: Omit<Writing, 'messenger'>): SentEvent {
    const { instagram, people, conversations } = this.world;
    const ours = instagram.require(account);
    const personId = people.psid(people.named(person), account);
    const mid = newMid();
    conversations.add({ messenger: 'instagram', account, personId }, { id: mid, from: 'business', text, at });
    const frame = { sender: { id: account }, recipient: { id: personId }, timestamp: at };
    const [event] = instagram.events.send(ours, [{ ...frame, message: { mid, is_echo: true, text } }]);
    if (!event) throw new Error('An event makes at least one entry in the ledger');
    return event;
  }

  /** The account's subscription to the app (default: the first one) is this from now on; no fields = none. */
  subscribe({ account, app, fields }: { account: string; app?: string; fields: readonly string[] }): void {
    const { instagram } = this.world;
    const { id } = app === undefined ? instagram.firstApp() : instagram.requireApp(app);
    const { subscriptions } = instagram.require(account);
    if (fields.length === 0) subscriptions.delete(id);
    else subscriptions.set(id, new Set(fields));
  }

  /** When the account's tokens were made, and when they end (ms). A private account's are not renewed. */
  change(change: {
    readonly account: string;
    readonly issuedAt?: number;
    readonly expiresAt?: number;
    readonly isPrivate?: boolean;
  }): void {
    const { account, issuedAt, expiresAt, isPrivate } = change;
    const { instagram } = this.world;
    for (const token of instagram.tokens.ofPage(account)) {
      token.issuedAt = issuedAt ?? token.issuedAt;
      token.expiresAt = expiresAt ?? token.expiresAt;
    }
    if (isPrivate !== undefined) instagram.require(account).isPrivate = isPrivate;
  }
}
