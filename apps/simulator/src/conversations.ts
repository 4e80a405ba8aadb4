import type { MessengerKey, SentEvent } from './ledger.js';

/** One message as the person's phone shows it. */
export interface Bubble {
  readonly id: string;
  readonly from: 'customer' | 'business';
  readonly text?: string;
  readonly file?: { readonly kind: string; readonly name: string };
  readonly buttons?: readonly { readonly title: string; readonly payload: string }[];
  readonly at: number;
  /** The event that told the business, for what the customer wrote. */
  readonly event?: SentEvent;
}

export interface ConversationKey {
  readonly messenger: MessengerKey;
  readonly account: string;
  readonly personId: string;
}

/** What the people's phones show. */
export class Conversations {
  private readonly conversations = new Map<string, Bubble[]>();

  add(key: ConversationKey, bubble: Bubble): void {
    const name = nameOf(key);
    const bubbles = this.conversations.get(name) ?? [];
    bubbles.push(bubble);
    this.conversations.set(name, bubbles);
  }

  of(key: ConversationKey): readonly Bubble[] {
    return this.conversations.get(nameOf(key)) ?? [];
  }

  clear(): void {
    this.conversations.clear();
  }
}

const nameOf = (key: ConversationKey) => `${key.messenger} ${key.account} ${key.personId}`;
