import { shown, type NewFile } from '../files.js';
import type { SentEvent } from '../ledger.js';
import type { World } from '../world.js';
import { ATTACHMENT_TYPES, newMid, reactionOf } from './facebook-customer.js';
import { mediaUrl } from './media-host.js';
import type { MetaPage } from './meta-page.js';
import { keyOf } from './send-api.js';
import { INBOX_APP, tellThread } from './thread-control.js';

/** The app id the Page inbox goes by in echoes. */
const INBOX_ECHO_APP = 26390203743090;

/** A Page, and a person it has to do with. */
export interface PageAndPerson {
  readonly account: string;
  readonly person: string;
}

export interface InboxWriting extends PageAndPerson {
  readonly text?: string;
  readonly files?: readonly NewFile[];
  /** Another app than the Page inbox. */
  readonly app?: string;
}

export interface ThreadChange extends PageAndPerson {
  readonly action: 'pass' | 'take' | 'request';
  /** Who gets the thread (`pass`; default the first subscribed app), takes it or asks for it (default the Page inbox). */
  readonly app?: string;
  readonly metadata?: string;
}

/** What happens on a Page's own side and at Meta, outside the API. */
export class PageSide {
  constructor(
    private readonly world: World,
    private readonly ownUrl: () => string,
  ) {}

  /** A colleague writes in the Page inbox: an echo without metadata, of another app. */
  write({ account, person, text, files = [], app }: InboxWriting): SentEvent[] {
    const { page, psid } = this.ends({ account, person });
    const stored = files.map((file) => this.world.files.add(account, file));
    const attachments = stored.map((file) => ({
      type: ATTACHMENT_TYPES[file.kind],
      payload: { url: mediaUrl(this.ownUrl(), file) },
    }));
    const mid = newMid();
    const at = Date.now();
    const content = { ...(text !== undefined && { text }), ...(attachments.length > 0 && { attachments }) };
    const message = { mid, is_echo: true, app_id: Number(app ?? INBOX_ECHO_APP), ...content };
    const pictures = stored.length > 0 ? { files: stored.map(shown) } : {};
    this.world.conversations.add(keyOf(page, psid), { id: mid, from: 'business', text, ...pictures, at });
    const frame = { sender: { id: page.id }, recipient: { id: psid }, timestamp: at };
    return this.world.meta.events.send(page, [{ ...frame, message }]);
  }

  /** A colleague reacts in the Page inbox; without an emoji the reaction is taken back. */
  react({ account, person, messageId, emoji }: PageAndPerson & { messageId: string; emoji?: string }): SentEvent[] {
    const { page, psid } = this.ends({ account, person });
    const bubble = this.world.conversations.find(keyOf(page, psid), messageId);
    if (!bubble) throw new Error('There is no such message to react to');
    this.world.conversations.change(bubble, { reactions: { ...bubble.reactions, business: emoji } });
    const frame = { sender: { id: page.id }, recipient: { id: psid }, timestamp: Date.now() };
    return this.world.meta.events.send(page, [{ ...frame, reaction: reactionOf(messageId, emoji) }]);
  }

  /** The person's phone reports messages as delivered; without ids only everything up to now. */
  deliver({ account, person, messageIds, at }: PageAndPerson & { messageIds?: string[]; at?: number }): SentEvent[] {
    const { page, psid } = this.ends({ account, person });
    const delivery = { ...(messageIds && { mids: messageIds }), watermark: at ?? Date.now() };
    return this.world.meta.events.send(page, [{ sender: { id: psid }, recipient: { id: page.id }, delivery }]);
  }

  /** Meta blocks, warns or unblocks the Page. */
  enforcePolicy({ account, action, reason }: { account: string; action: string; reason?: string }): SentEvent[] {
    const page = this.world.meta.requirePage(account);
    const policy_enforcement = { action, ...(reason !== undefined && { reason }) };
    return this.world.meta.events.send(page, [
      { recipient: { id: page.id }, timestamp: Date.now(), policy_enforcement },
    ]);
  }

  /** While another app has a thread, ours only looks on (`standby`) and may not write. */
  threadControl(change: ThreadChange): SentEvent[] {
    const { page, psid } = this.ends(change);
    const { action, metadata } = change;
    const ours = [...page.subscriptions.keys()][0] ?? INBOX_APP;
    const owner = page.threadOwners.get(psid);
    if (action === 'request') {
      const request_thread_control = { requested_owner_app_id: change.app ?? INBOX_APP, metadata };
      return tellThread(this.world, page, psid, { request_thread_control });
    }
    const next = change.app ?? (action === 'pass' ? ours : INBOX_APP);
    page.threadOwners.set(psid, next);
    if (action === 'take') {
      const take_thread_control = { previous_owner_app_id: owner ?? ours, metadata };
      return tellThread(this.world, page, psid, { take_thread_control }, owner ?? ours);
    }
    const pass_thread_control = { previous_owner_app_id: owner ?? INBOX_APP, new_owner_app_id: next, metadata };
    return tellThread(this.world, page, psid, { pass_thread_control });
  }

  private ends({ account, person }: PageAndPerson): { page: MetaPage; psid: string } {
    const page = this.world.meta.requirePage(account);
    return { page, psid: this.world.people.psid(this.world.people.named(person), account) };
  }
}
