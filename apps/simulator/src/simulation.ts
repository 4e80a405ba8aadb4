import type { Bubble } from './conversations.js';
import type { CustomerSide, Pressing, SendingFile, Speaking, Writing } from './customer.js';
import type { CallFault } from './faults/call-faults.js';
import type { WebhookFault } from './faults/webhook-faults.js';
import type { Attempt, Ledger, MessengerKey, SentEvent } from './ledger.js';
import { FacebookCustomer } from './meta/facebook-customer.js';
import type { NewApp } from './meta/meta-app.js';
import type { NewPage } from './meta/meta-page.js';
import { issueCode } from './meta/oauth.js';
import type { MessagingItem } from './meta/page-events.js';
import type { NewPerson, Person } from './people.js';
import { postRaw, redeliver, type RawPost } from './raw-events.js';
import type { NewBot } from './telegram/bot.js';
import { TelegramCustomer } from './telegram/telegram-customer.js';
import type { World } from './world.js';

/** The simulated messengers, and everything a test or a demo can do with them. The same is offered over HTTP under `/_sim`. */
export class Simulation {
  /** The base address of both APIs, of the control API and of the page, without a slash at the end. */
  url = '';
  private readonly sides: Readonly<Record<MessengerKey, CustomerSide>>;

  constructor(readonly world: World) {
    this.sides = { telegram: new TelegramCustomer(world), facebook: new FacebookCustomer(world, () => this.url) };
  }

  get ledger(): Ledger {
    return this.world.ledger;
  }

  createBot(bot: NewBot = {}): { id: string; token: string; name: string; username: string } {
    const { id, token, name, username } = this.world.bots.create(bot);
    return { id, token, name, username };
  }

  /** `token` is the app's own: `id|secret`. */
  createApp(app: NewApp = {}): { id: string; secret: string; token: string } {
    const { id, secret, token } = this.world.meta.createApp(app);
    return { id, secret, token };
  }

  createPage(page: NewPage = {}): { id: string; name: string; token: string; appId: string; appSecret: string } {
    const { page: created, token, app } = this.world.meta.createPage(page);
    return { id: created.id, name: created.name, token, appId: app.id, appSecret: app.secret };
  }

  createPerson(person: NewPerson): Person {
    return this.world.people.create(person);
  }

  /** What a Page admin brings back from the sign-in dialog. Without `pages`: all there are. */
  signInCode(signIn: { app: string; redirectUri: string; pages?: string[] }): string {
    const { meta } = this.world;
    const admin = meta.createAdmin(signIn.pages ?? meta.allPages().map((page) => page.id));
    return issueCode(meta, meta.requireApp(signIn.app), signIn.redirectUri, admin.id);
  }

  /** Sets the app's callback as in the dashboard: with the handshake. Rejects when that fails. Default: all fields. */
  async setCallback(callback: { app: string; url: string; verifyToken: string; fields?: string[] }): Promise<void> {
    const { app, url, verifyToken, fields } = callback;
    const { meta } = this.world;
    await meta.subscribeApp(meta.requireApp(app), url, verifyToken, fields && new Set(fields));
  }

  customerWrites(writing: Writing): SentEvent {
    return this.sides[writing.messenger].write(writing);
  }

  customerPresses(pressing: Pressing): SentEvent {
    return this.sides[pressing.messenger].press(pressing);
  }

  customerSendsFile(file: SendingFile): SentEvent {
    return this.sides[file.messenger].sendFile(file);
  }

  /** From now on writing to them is refused, until they write again. */
  customerBlocks(who: Speaking): SentEvent | undefined {
    return this.sides[who.messenger].block(who);
  }

  customerReads(who: Speaking): SentEvent | undefined {
    return this.sides[who.messenger].read(who);
  }

  /** As if they had last written at that time (default now), without an event. Sets when the 24 hours began. */
  acquaint(who: Speaking & { at?: number }): void {
    this.sides[who.messenger].acquaint(who, who.at ?? Date.now());
  }

  /** Any update, e.g. `{ message: {…} }`; lane and redelivery as for ordinary ones. */
  sendUpdate(update: {
    account: string;
    content: Record<string, unknown>;
    updateId?: number;
    person?: string;
  }): SentEvent {
    const { account, content, updateId, person } = update;
    const from = person === undefined ? undefined : this.world.people.named(person);
    return this.world.updates.send(this.world.bots.require(account), { content, updateId, person: from });
  }

  /** Any items of `messaging[]`, all in one webhook call; signature and redelivery as for ordinary ones. */
  sendPageEvents(events: { account: string; messaging: readonly MessagingItem[] }): SentEvent[] {
    return this.world.meta.events.send(this.world.meta.requirePage(events.account), events.messaging);
  }

  /** Posts bytes once, not through the ledger; resolves with the answer. */
  sendRaw(raw: RawPost): Promise<Attempt> {
    return postRaw(this.world, raw);
  }

  /** The same event again, so many times at once. */
  redeliver(event: SentEvent, times = 1): Promise<Attempt[]> {
    return redeliver(this.world, event, times);
  }

  failCall(fault: CallFault): void {
    this.world.callFaults.add(fault);
  }

  failWebhook(fault: WebhookFault): void {
    this.world.webhookFaults.add(fault);
  }

  clearFaults(): void {
    this.world.callFaults.clear();
    this.world.webhookFaults.clear();
  }

  /** The account's tokens are dead from now on: 401, or error 190 with this subcode (default 460). */
  revokeToken(account: { messenger: MessengerKey; account: string; subcode?: number }): void {
    if (account.messenger === 'telegram') this.world.bots.require(account.account).alive = false;
    else for (const token of this.world.meta.tokens.ofPage(account.account)) token.dead = account.subcode ?? 460;
  }

  /** What the person's phone shows, oldest first. */
  conversation(who: Speaking): readonly Bubble[] {
    return this.world.conversations.of(this.sides[who.messenger].key(who));
  }

  /** The texts the person got from the business, in order. */
  received(who: Speaking): string[] {
    return this.conversation(who).flatMap(({ from, text }) =>
      from === 'business' && text !== undefined ? [text] : [],
    );
  }

  /** The person's id as the account's messenger tells it: PSID, user id. */
  personId(who: Speaking): string {
    return this.sides[who.messenger].key(who).personId;
  }

  /** Resolves with the predicate's first truthy value; it is asked at every change of the ledger. */
  waitFor<T>(predicate: (simulator: this) => T, timeoutMs?: number, what?: string): Promise<T> {
    return this.ledger.waitFor(() => predicate(this), timeoutMs, what);
  }

  /** Resolves when no event waits for its delivery. */
  async settled(timeoutMs?: number): Promise<void> {
    const none = () => this.ledger.events.every((event) => event.state !== 'pending');
    await this.ledger.waitFor(none, timeoutMs, 'all events to be delivered');
  }

  /** Forgets accounts, people, conversations, faults and the ledger. */
  reset(): void {
    this.world.clear();
  }
}
