import type { Behaviour } from './behaviour.js';
import { Businesses } from './businesses.js';
import type { Bubble } from './conversations.js';
import type * as does from './customer.js';
import type { CallFault } from './faults/call-faults.js';
import type { WebhookFault } from './faults/webhook-faults.js';
import type { Attempt, Ledger, MessengerKey, SentEvent, Wait } from './ledger.js';
import { InstagramCustomer } from './instagram/instagram-customer.js';
import { InstagramSide } from './instagram/instagram-side.js';
import { LineCustomer } from './line/line-customer.js';
import { AdminSide } from './meta/admin-side.js';
import { FacebookCustomer } from './meta/facebook-customer.js';
import type { MessagingItem } from './meta/page-events.js';
import { PageSide } from './meta/page-side.js';
import type { NewPerson, Person } from './people.js';
import { postRaw, redeliver, type RawPost } from './raw-events.js';
import { TelegramCustomer } from './telegram/telegram-customer.js';
import { ViberCustomer } from './viber/viber-customer.js';
import { WhatsAppCustomer, writeInApp } from './whatsapp/whatsapp-customer.js';
import type { World } from './world.js';

/** The simulated messengers, and everything a test or a demo can do with them. The same is offered over HTTP under `/_sim`. */
export class Simulation extends Businesses {
  /** The base address of both APIs, of the control API and of the page, without a slash at the end. */
  url = '';
  /** What happens on a Page's own side and at Meta: the Page inbox, receipts, thread control, policy. */
  readonly page: PageSide;
  /** What admins of Pages do at Meta: sign in, give and take roles, connect another system. */
  readonly admin: AdminSide;
  /** What happens at Instagram outside its API: the dialog, the app's dashboard, tokens that age. */
  readonly instagram: InstagramSide;
  private readonly facebook: FacebookCustomer;
  private readonly viber: ViberCustomer;
  private readonly sides: Readonly<Record<MessengerKey, does.CustomerSide>>;

  constructor(world: World) {
    super(world);
    const ownUrl = () => this.url;
    this.page = new PageSide(world, ownUrl);
    this.admin = new AdminSide(world);
    this.facebook = new FacebookCustomer(world, ownUrl);
    this.instagram = new InstagramSide(world);
    const whatsapp = new WhatsAppCustomer(world);
    this.viber = new ViberCustomer(world, ownUrl);
    const [line, instagram] = [new LineCustomer(world), new InstagramCustomer(world, ownUrl)];
    const meta = { facebook: this.facebook, whatsapp, instagram };
    this.sides = { ...meta, telegram: new TelegramCustomer(world), viber: this.viber, line };
  }

  get ledger(): Ledger {
    return this.world.ledger;
  }

  createPerson(person: NewPerson): Person {
    return this.world.people.create(person);
  }

  customerWrites(writing: does.Writing): SentEvent {
    return this.sides[writing.messenger].write(writing);
  }

  customerPresses(pressing: does.Pressing): SentEvent {
    return this.sides[pressing.messenger].press(pressing);
  }

  customerSendsFile(file: does.SendingFile): SentEvent {
    return this.sides[file.messenger].sendFile(file);
  }

  /** Telegram: an event per file, of one `media_group_id`. Facebook: one message with all of them. */
  customerSendsAlbum(album: does.SendingAlbum): SentEvent[] {
    return this.sides[album.messenger].sendAlbum(album);
  }

  customerSendsLocation(location: does.SendingLocation): SentEvent {
    return this.sides[location.messenger].sendLocation(location);
  }

  /** Telegram only. */
  customerSendsContact(contact: does.SendingContact): SentEvent {
    return this.sides[contact.messenger].sendContact(contact);
  }

  /** A message with any other content, in the messenger's own words. */
  customerSends(content: does.SendingContent): SentEvent {
    return this.sides[content.messenger].sendContent(content);
  }

  customerEdits(editing: does.Editing): SentEvent {
    return this.sides[editing.messenger].edit(editing);
  }

  /** Undefined at Telegram, which tells nobody. */
  customerDeletes(deleting: does.Deleting): SentEvent | undefined {
    return this.sides[deleting.messenger].delete(deleting);
  }

  customerReacts(reacting: does.Reacting): SentEvent {
    return this.sides[reacting.messenger].react(reacting);
  }

  /** Presses Start, or Get Started; `ref` is what the link carried. */
  customerStarts(starting: does.Starting): SentEvent {
    return this.sides[starting.messenger].start(starting);
  }

  /** Facebook: somebody who has a thread already comes through a link or an advertisement. */
  customerIsReferred(who: { account: string; person: string; referral: Record<string, unknown> }): SentEvent {
    return this.facebook.isReferred({ ...who, messenger: 'facebook' });
  }

  /** Facebook. */
  customerOptsIn(who: { account: string; person: string; optin: Record<string, unknown> }): SentEvent {
    return this.facebook.optsIn({ ...who, messenger: 'facebook' });
  }

  /** From now on writing to them is refused, until they unblock or write again. */
  customerBlocks(who: does.Speaking): SentEvent | undefined {
    return this.sides[who.messenger].block(who);
  }

  customerUnblocks(who: does.Speaking): SentEvent | undefined {
    return this.sides[who.messenger].unblock(who);
  }

  customerReads(reading: does.Reading): SentEvent | undefined {
    return this.sides[reading.messenger].read(reading);
  }

  /** As if they had last written at that time (default now), without an event. Sets when the 24 hours began. */
  acquaint(who: does.Speaking & { at?: number }): void {
    this.sides[who.messenger].acquaint(who, who.at ?? Date.now());
  }

  /** Somebody of the business writes in the WhatsApp Business app, or in Instagram itself. */
  colleagueWrites(writing: Omit<does.Writing, 'messenger'>): SentEvent {
    if (this.world.instagram.account(writing.account)) return this.instagram.write(writing);
    return writeInApp(this.world, writing);
  }

  /** Viber: a message that was accepted does not arrive; default the bot's newest one. */
  messageFails(failing: { account: string; person: string; messageId?: string; desc?: string }): SentEvent {
    return this.viber.fail({ ...failing, messenger: 'viber' });
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

  /** What happens inside `work` at Pages goes to each app in one webhook call, several Pages' events together. */
  inOneCall<T>(work: () => T): T {
    return this.world.meta.events.gather(work);
  }

  /** Posts bytes once, not through the ledger; resolves with the answer. */
  sendRaw(raw: RawPost): Promise<Attempt> {
    return postRaw(this.world, raw);
  }

  /** The same event again, so many times at once. */
  redeliver(event: SentEvent, times = 1): Promise<Attempt[]> {
    return redeliver(this.world, event, times);
  }

  /** Changes what the messengers do by themselves, from now on. `reset()` brings back what the simulator started with. */
  behave(change: Partial<Behaviour>): void {
    this.world.behave(change);
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

  /** What the person's phone shows, oldest first. */
  conversation(who: does.Speaking): readonly Bubble[] {
    return this.world.conversations.of(this.sides[who.messenger].key(who));
  }

  /** What else it shows: whether the business is writing, or has seen the conversation. */
  phone(who: does.Speaking): { typing: boolean; seenAt?: number; blocked: boolean } {
    const side = this.sides[who.messenger];
    const { typingUntil = 0, seenAt } = this.world.conversations.phone(side.key(who));
    return { typing: typingUntil > Date.now(), seenAt, blocked: side.isBlocking(who) };
  }

  /** The texts the person got from the business, in order. */
  received(who: does.Speaking): string[] {
    return this.conversation(who).flatMap(({ from, text }) =>
      from === 'business' && text !== undefined ? [text] : [],
    );
  }

  /** The person's id as the account's messenger tells it: PSID, user id, business-scoped id. */
  personId(who: does.Speaking): string {
    return this.sides[who.messenger].key(who).personId;
  }

  /** For each matching call that was told to wait: how long, and after how many ms the next such call came. */
  waits(match?: { messenger?: MessengerKey; account?: string; personId?: string; method?: string }): Wait[] {
    return this.ledger.waits(match);
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
