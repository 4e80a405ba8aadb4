import type { ShownFile } from './files.js';
import type { MessengerKey, SentEvent } from './ledger.js';

/** What pressing it does: Telegram's inline and reply keyboards, Meta's buttons and quick replies. `url` tells nobody. */
export type ButtonKind = 'callback' | 'text' | 'postback' | 'quick_reply' | 'url';

export interface ShownButton {
  readonly kind: ButtonKind;
  readonly title: string;
  /** What comes back; the title where the button has none of its own. */
  readonly payload: string;
  readonly url?: string;
}

/** The last press of a Telegram button. It spins until it is answered. */
export interface Press {
  readonly payload: string;
  readonly queryId: string;
  readonly expiresAt: number;
  readonly answeredAt?: number;
  /** What the bot answered, shown over the chat. */
  readonly notice?: string;
}

/** One message as the person's phone shows it. */
export interface Bubble {
  readonly id: string;
  readonly from: 'customer' | 'business';
  readonly text?: string;
  readonly files?: readonly ShownFile[];
  readonly location?: { readonly latitude: number; readonly longitude: number; readonly title?: string };
  readonly contact?: { readonly name: string; readonly phone: string };
  readonly buttons?: readonly ShownButton[];
  readonly press?: Press;
  /** The id of the message this one quotes. */
  readonly replyTo?: string;
  /** The same for all of one album. */
  readonly album?: string;
  readonly at: number;
  readonly edits?: number;
  readonly editedAt?: number;
  readonly deletedAt?: number;
  readonly reactions?: { readonly customer?: readonly string[]; readonly business?: string };
  /** The event that told the business, for what the customer wrote. */
  readonly event?: SentEvent;
  /** The message in the messenger's own words, where its API tells whole messages. */
  readonly wire?: Readonly<Record<string, unknown>>;
}

/** What else the person sees of the business. */
export interface Phone {
  /** "… is writing", until this time. */
  readonly typingUntil?: number;
  /** The business marked the conversation as seen. */
  readonly seenAt?: number;
}

export interface ConversationKey {
  readonly messenger: MessengerKey;
  readonly account: string;
  readonly personId: string;
}

/** What the people's phones show. */
export class Conversations {
  private readonly conversations = new Map<string, Bubble[]>();
  private readonly phones = new Map<string, Phone>();

  add(key: ConversationKey, bubble: Bubble): void {
    const name = nameOf(key);
    const bubbles = this.conversations.get(name) ?? [];
    bubbles.push(bubble);
    this.conversations.set(name, bubbles);
    if (bubble.from === 'business') this.changePhone(key, { typingUntil: undefined });
  }

  of(key: ConversationKey): readonly Bubble[] {
    return this.conversations.get(nameOf(key)) ?? [];
  }

  /** What is there and not deleted. */
  find(key: ConversationKey, id: string | undefined): Bubble | undefined {
    return this.of(key).find((bubble) => bubble.id === id && bubble.deletedAt === undefined);
  }

  newest(key: ConversationKey, wanted: (bubble: Bubble) => boolean): Bubble | undefined {
    return this.of(key).findLast((bubble) => bubble.deletedAt === undefined && wanted(bubble));
  }

  /** What the person said: with this id, or last. Throws where there is no such thing. */
  own(key: ConversationKey, id: string | undefined): Bubble {
    const bubble = id ? this.find(key, id) : this.newest(key, ({ from }) => from === 'customer');
    if (bubble?.from === 'customer') return bubble;
    throw new Error('There is no such message of this person');
  }

  /** What the person reacts to: with this id, or what the business said last. Throws where there is no such thing. */
  reactedTo(key: ConversationKey, id: string | undefined): Bubble {
    const bubble = id ? this.find(key, id) : this.newest(key, ({ from }) => from === 'business');
    if (bubble) return bubble;
    throw new Error('There is no such message to react to');
  }

  /** Where the person presses a button: the message with this id, or the last one that has the button. */
  pressed(key: ConversationKey, { messageId, payload }: { messageId?: string; payload: string }): Bubble | undefined {
    if (messageId) return this.find(key, messageId);
    return this.newest(key, ({ buttons }) => buttons?.some((button) => button.payload === payload) === true);
  }

  change(bubble: Bubble, change: Partial<Omit<Bubble, 'id' | 'from'>>): void {
    Object.assign(bubble, change);
  }

  /** The bubble stays and loses what it said. */
  wipe(bubble: Bubble): void {
    const nothing = { text: undefined, files: undefined, location: undefined, contact: undefined, buttons: undefined };
    this.change(bubble, { ...nothing, reactions: undefined, wire: undefined, deletedAt: Date.now() });
  }

  phone(key: ConversationKey): Phone {
    return this.phones.get(nameOf(key)) ?? {};
  }

  changePhone(key: ConversationKey, change: Phone): void {
    this.phones.set(nameOf(key), { ...this.phone(key), ...change });
  }

  clear(): void {
    this.conversations.clear();
    this.phones.clear();
  }
}

const nameOf = (key: ConversationKey) => `${key.messenger} ${key.account} ${key.personId}`;
