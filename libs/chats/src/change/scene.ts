import type { Attachment } from '#messenger-kit';
import type { StatusChange } from '../outgoing/outgoing-message.js';
import type { Step } from './arrived-change.js';
import type { FoundPerson, HeldChat, MessageKey, Person } from './change.repository.js';
import type { MessageState, UpTo } from './message-state.js';
import type { Watermark } from './receipts.repository.js';
import type { Awaited, ToKeep } from './waiting-changes.repository.js';

export interface Line {
  readonly chat: HeldChat;
  readonly text: string;
}

export interface Blocking {
  readonly identityId: string;
  readonly channelId: string;
  readonly blockedAt: Date | null;
  readonly unblockedAt: Date | null;
}

export interface FurtherId extends MessageKey {
  readonly messageId: string;
}

const NOTHING: UpTo = { deliveredUpTo: null, readUpTo: null };

/** What a batch of changes is about, locked and loaded, and what becomes of it: changed in memory, then written. */
export class Scene {
  steps: readonly Step[] = [];
  readonly chats = new Map<string, HeldChat>();
  readonly upTo = new Map<string, UpTo>();
  /** Chats with a message whose sending is under way: an echo may be that message. */
  readonly sending = new Set<string>();

  readonly original = new Map<string, MessageState>();
  readonly messages = new Map<string, MessageState>();
  /** Messages that are new. */
  readonly fresh = new Set<string>();
  /** Copies that gave their external id up to the message they are a copy of. */
  readonly givenUp = new Set<string>();

  /** Attachments whose content is to be fetched, as they came, by the ids given to them. */
  readonly toFetch = new Map<string, Attachment>();
  readonly furtherIds: FurtherId[] = [];
  readonly lines: Line[] = [];
  readonly blockings = new Map<string, Blocking>();
  readonly watermarks = new Map<string, Watermark>();
  /** Chats whose receipts come with a watermark. */
  readonly awaited = new Map<string, boolean>();
  readonly waiting: ToKeep[] = [];
  /** Since when steps waited that waited before. */
  readonly waitedSince = new Map<string, string>();
  /** What the watermarks did. */
  reached: readonly StatusChange[] = [];

  private readonly idsByKey = new Map<string, string>();
  private readonly ownIds = new Map<Step, string>();
  private readonly people = new Map<string, FoundPerson>();

  constructor(readonly at: Date) {}

  messageOf(key: MessageKey): MessageState | undefined {
    return this.messages.get(this.idsByKey.get(keyOf(key)) ?? '');
  }

  /** The message of ours that an echo claims to be. */
  ownOf(step: Step): MessageState | undefined {
    return this.messages.get(this.ownIds.get(step) ?? '');
  }

  personOf(person: Person): FoundPerson | undefined {
    return this.people.get(personId(person));
  }

  upToOf(chatId: string): UpTo {
    return this.upTo.get(chatId) ?? NOTHING;
  }

  know(key: MessageKey, messageId: string): void {
    this.idsByKey.set(keyOf(key), messageId);
  }

  knowOwn(step: Step, messageId: string): void {
    this.ownIds.set(step, messageId);
  }

  knowPerson(person: Person, found: FoundPerson): void {
    this.people.set(personId(person), found);
  }

  put(message: MessageState): void {
    this.messages.set(message.id, message);
  }

  /** Keeps a step until there is what it is about. */
  wait({ channelId, messenger, event, waitingId }: Step, about: Awaited['about'], target: string): void {
    const since = this.waitedSince.get(waitingId ?? '');
    this.waiting.push({ channelId, messenger, about, target, event, ...(since && { since }) });
  }

  /** Messages that are not what they were. */
  changed(): MessageState[] {
    return [...this.messages.values()].filter((m) => !this.fresh.has(m.id) && this.original.get(m.id) !== m);
  }

  added(): MessageState[] {
    return [...this.fresh].map((id) => this.messages.get(id)!);
  }
}

function keyOf({ channelId, externalId }: MessageKey): string {
  return channelId + externalId;
}

function personId({ channelId, scope, externalId }: Person): string {
  return `${channelId}${scope}\0${externalId}`;
}
