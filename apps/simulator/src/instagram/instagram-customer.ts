import type * as does from '../customer.js';
import type { StoredFile } from '../files.js';
import type { SentEvent } from '../ledger.js';
import { FacebookCustomer, type Content } from '../meta/facebook-customer.js';
import type { MetaPage } from '../meta/meta-page.js';
import type { PageEvents } from '../meta/page-events.js';
import { newMid } from './messages-edge.js';

/** What a person does in Instagram: what one does in Messenger, but for what is said here. */
export class InstagramCustomer extends FacebookCustomer {
  protected override readonly messenger = 'instagram';

  /** A sticker is the heart, which has no address. */
  protected override attachmentOf(file: StoredFile, url: string): Content {
    return file.kind === 'sticker' ? { type: 'like_heart' } : super.attachmentOf(file, url);
  }

  override sendLocation(): never {
    throw new Error('Instagram has no way to share a place');
  }

  override sendContact(): never {
    throw new Error('Instagram has no way to share a contact');
  }

  /** An ice breaker, else an ig.me link that brought somebody who has a thread. */
  override start(starting: does.Starting): SentEvent {
    const { ref } = starting;
    if (ref === undefined) return this.postback(starting, { title: 'When are you open?', payload: 'ICE_BREAKER' });
    return this.isReferred({ ...starting, referral: { ref, source: 'IGME-SOURCE-LINK', type: 'OPEN_THREAD' } });
  }

  /** By the last message that was read; undefined where there is none. */
  override read(reading: does.Reading): SentEvent | undefined {
    const { at = Date.now() } = reading;
    const last = this.world.conversations.newest(this.key(reading), (one) => one.from === 'business' && one.at <= at);
    return last && this.tell(reading, Date.now(), { read: { mid: last.id } });
  }

  protected override get events(): PageEvents {
    return this.world.instagram.events;
  }

  protected override pageOf(account: string): MetaPage {
    return this.world.instagram.require(account);
  }

  protected override newMid(): string {
    return newMid();
  }
}
