import type { CustomerSide, Pressing, SendingFile, Speaking, Writing } from '../customer.js';
import { randomText } from '../ids.js';
import type { SentEvent } from '../ledger.js';
import type { World } from '../world.js';
import type { MetaPage } from './meta-page.js';

/** What a person does in the Messenger app. */
export class FacebookCustomer implements CustomerSide {
  constructor(
    private readonly world: World,
    private readonly ownUrl: () => string,
  ) {}

  key(who: Speaking) {
    const personId = this.world.people.psid(this.world.people.named(who.person), who.account);
    return { messenger: 'facebook', account: who.account, personId } as const;
  }

  write(writing: Writing): SentEvent {
    const { text, replyTo, at } = writing;
    const quoted = replyTo === undefined ? {} : { reply_to: { mid: replyTo } };
    return this.say(writing, { text, ...quoted }, { text }, at);
  }

  sendFile(file: SendingFile): SentEvent {
    const { id, name } = this.world.files.add(file);
    const url = `${this.ownUrl()}/_sim/files/${id}/${encodeURIComponent(name)}`;
    const content = { attachments: [{ type: file.kind, payload: { url } }] };
    return this.say(file, content, { file: { kind: file.kind, name } });
  }

  /** A tapped quick reply is a message that carries its payload. */
  press(pressing: Pressing): SentEvent {
    const content = { text: pressing.title, quick_reply: { payload: pressing.payload } };
    return this.say(pressing, content, { text: pressing.title });
  }

  acquaint(who: Speaking, at: number): void {
    const { page, psid } = this.ends(who);
    page.meet(psid, at);
  }

  /** Messenger tells nobody; it shows when the Page writes. */
  block(who: Speaking): undefined {
    const { page, psid } = this.ends(who);
    page.block(psid);
    return undefined;
  }

  read(who: Speaking): SentEvent | undefined {
    const { page, psid } = this.ends(who);
    const now = Date.now();
    const frame = { sender: { id: psid }, recipient: { id: page.id }, timestamp: now };
    return this.world.meta.events.send(page, [{ ...frame, read: { watermark: now } }])[0];
  }

  private say(
    who: Speaking,
    content: Readonly<Record<string, unknown>>,
    shown: { text?: string; file?: { kind: string; name: string } },
    at = Date.now(),
  ): SentEvent {
    const { page, psid } = this.ends(who);
    page.heardFrom(psid, at);
    const mid = `m_${randomText(64)}`;
    const frame = { sender: { id: psid }, recipient: { id: page.id }, timestamp: at };
    const [event] = this.world.meta.events.send(page, [{ ...frame, message: { mid, ...content } }]);
    if (!event) throw new Error('A Page event makes at least one entry in the ledger');
    this.world.conversations.add(this.key(who), { id: mid, from: 'customer', ...shown, at, event });
    return event;
  }

  private ends(who: Speaking): { page: MetaPage; psid: string } {
    return { page: this.world.meta.requirePage(who.account), psid: this.key(who).personId };
  }
}
