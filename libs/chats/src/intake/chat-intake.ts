import { Injectable } from '@nestjs/common';
import { newId, type Tx } from '#database';
import type { NewEvent } from '#events';
import type { MessageContent } from '#messenger-kit';
import { previewOf } from '../message/preview.js';
import { IntakeRepository, type LockedChat, type Place, type Writer, type WritersChat } from './intake.repository.js';

/** A message from outside whose writer is known, on its way into a chat. */
export interface Arrival {
  readonly channelId: string;
  readonly identityId: string;
  readonly externalId: string;
  readonly sentAt: Date;
  readonly content: MessageContent;
}

export interface Numbered {
  readonly arrival: Arrival;
  readonly id: string;
  readonly chat: LockedChat;
  readonly seq: number;
  readonly ordinal: number;
}

const LOOKS = 5;

/** The chats this transaction holds, by their writers. */
export class OpenChats {
  private readonly chats = new Map<string, LockedChat>();

  constructor(chats: readonly LockedChat[] = []) {
    this.add(chats);
  }

  add(chats: readonly LockedChat[]): void {
    for (const chat of chats) this.chats.set(placeOf(chat), chat);
  }

  of(place: Place): LockedChat | undefined {
    return this.chats.get(placeOf(place));
  }
}

/** Messages with their chats and numbers, ready to be stored. */
export interface Taken {
  readonly messages: readonly Numbered[];
  /** The events to record in the same transaction. */
  readonly news: readonly NewEvent[];
}

/** Puts arrived messages into chats: the chats' part of the receiving path. */
@Injectable()
export class ChatIntake {
  constructor(private readonly repository: IntakeRepository) {}

  /** Finds and locks the open chats of those who write, in one statement. Who is missing is new, or has no open chat. */
  lockOpen(tx: Tx, writers: readonly Writer[]): Promise<WritersChat[]> {
    return writers.length > 0 ? this.repository.lockOpenOf(tx, writers) : Promise.resolve([]);
  }

  /**
   * Gives each message its chat and its numbers, in the order given. `open` are chats that are locked already; for the
   * others one is opened as `waiting`, unless there is one after all. Every arrival must be new: duplicates are sorted out
   * before, so that a redelivery opens nothing and takes no number.
   */
  async take(tx: Tx, arrivals: readonly Arrival[], at: Date, open = new OpenChats()): Promise<Taken> {
    const opened = await this.openMissing(tx, arrivals, open, at);
    const messages = arrivals.map((arrival) => number(arrival, open.of(arrival)!));
    const news = [...opened.map((chat) => openedEvent(chat, at)), ...messages.map((one) => receivedEvent(one, at))];
    return { messages, news };
  }

  /** Stores what was taken: one statement for the messages, one for their chats, issued at once. */
  async store(tx: Tx, { messages }: Taken, at: Date): Promise<void> {
    if (messages.length === 0) return;
    await Promise.all([
      this.repository.insertMessages(tx, messages.map(toRow), at),
      this.repository.bump(tx, bumpsOf(messages)),
    ]);
  }

  /** Looks again where a chat was closed, or opened by another node, between looking and locking. */
  private async openMissing(tx: Tx, arrivals: readonly Arrival[], open: OpenChats, at: Date): Promise<LockedChat[]> {
    const opened: LockedChat[] = [];
    const missing = () => {
      const homeless = arrivals.filter((arrival) => !open.of(arrival));
      return [...new Map(homeless.map((arrival) => [placeOf(arrival), arrival])).values()];
    };
    for (let look = 1, wanted = missing(); wanted.length > 0; look++, wanted = missing()) {
      if (look > LOOKS) throw new Error('Chats were opened and closed faster than they could be locked');
      const mine = await this.repository.open(tx, wanted, at);
      open.add(mine);
      opened.push(...mine);
      const others = missing();
      if (others.length > 0) open.add(await this.repository.lockOpen(tx, others));
    }
    return opened;
  }
}

function placeOf(place: Place): string {
  return place.channelId + place.identityId;
}

/** The chat's row is locked, so its numbers are ours to continue. */
function number(arrival: Arrival, chat: LockedChat): Numbered {
  chat.lastSeq += 1;
  chat.inboundCount += 1;
  return { arrival, id: newId(), chat, seq: chat.lastSeq, ordinal: chat.inboundCount };
}

function toRow({ arrival, id, chat, seq, ordinal }: Numbered) {
  const { text, ...rest } = arrival.content;
  return {
    id,
    chatId: chat.id,
    channelId: arrival.channelId,
    seq,
    ordinal,
    externalId: arrival.externalId,
    text: text ?? null,
    content: Object.keys(rest).length > 0 ? JSON.stringify(rest) : null,
    sentAt: arrival.sentAt,
  };
}

/** One bump a chat, ordered by id; the preview is the newest message by the messenger's clock. */
function bumpsOf(numbered: readonly Numbered[]) {
  const newest = new Map<string, Numbered>();
  for (const message of numbered) {
    const other = newest.get(message.chat.id);
    if (!other || message.arrival.sentAt >= other.arrival.sentAt) newest.set(message.chat.id, message);
  }
  return [...newest.values()]
    .map(({ arrival, chat }) => ({
      id: chat.id,
      lastSeq: chat.lastSeq,
      inboundCount: chat.inboundCount,
      preview: previewOf(arrival.content),
      sentAt: arrival.sentAt,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function audienceOf(chat: LockedChat) {
  return chat.agentId ? { agents: [chat.agentId] } : { queues: [chat.queueId] };
}

function openedEvent(chat: LockedChat, at: Date): NewEvent {
  return {
    type: 'chat.opened',
    at,
    chatId: chat.id,
    audience: audienceOf(chat),
    data: { channelId: chat.channelId, queueId: chat.queueId, identityId: chat.identityId, status: 'waiting' },
  };
}

function receivedEvent({ arrival, chat, id, seq, ordinal }: Numbered, at: Date): NewEvent {
  return {
    type: 'message.received',
    at,
    chatId: chat.id,
    seq,
    audience: audienceOf(chat),
    data: { messageId: id, preview: previewOf(arrival.content), inboundCount: ordinal },
  };
}
