import { Injectable } from '@nestjs/common';
import { newId, type Tx } from '#database';
import type { NewEvent } from '#events';
import type { MessageContent } from '#messenger-kit';
import { previewOf } from '../message/preview.js';
import { IntakeRepository, type LockedChat } from './intake.repository.js';

/** A message from outside whose writer is known, on its way into a chat. */
export interface Arrival {
  readonly channelId: string;
  readonly identityId: string;
  /** Where a chat opened by this message waits: the channel's queue. */
  readonly queueId: string;
  readonly externalId: string;
  readonly sentAt: Date;
  readonly content: MessageContent;
}

interface Numbered {
  readonly arrival: Arrival;
  readonly id: string;
  readonly chat: LockedChat;
  readonly seq: number;
  readonly ordinal: number;
}

const LOOKS = 5;

/** Puts arrived messages into chats: the chats' part of the receiving path. */
@Injectable()
export class ChatIntake {
  constructor(private readonly repository: IntakeRepository) {}

  /**
   * Finds and locks each identity's open chat on its channel, opens the missing ones as `waiting`, numbers and stores
   * the messages in the order given, and bumps each chat once. Returns the events to record in the same transaction.
   * Every arrival must be new: duplicates are sorted out before, so that a redelivery opens nothing and takes no number.
   */
  async take(tx: Tx, arrivals: readonly Arrival[], at: Date): Promise<NewEvent[]> {
    if (arrivals.length === 0) return [];
    const { chats, opened } = await this.openChats(tx, arrivals, at);
    const numbered = arrivals.map((arrival) => number(arrival, chats.get(placeOf(arrival))!));
    await Promise.all([
      this.repository.insertMessages(tx, numbered.map(toRow), at),
      this.repository.bump(tx, bumpsOf(numbered)),
    ]);
    return [...opened.map((chat) => openedEvent(chat, at)), ...numbered.map((message) => receivedEvent(message, at))];
  }

  /** Looks again where a chat was closed, or opened by another node, between looking and locking. */
  private async openChats(tx: Tx, arrivals: readonly Arrival[], at: Date) {
    const chats = new Map<string, LockedChat>();
    const opened: LockedChat[] = [];
    let missing = [...new Map(arrivals.map((arrival) => [placeOf(arrival), arrival])).values()];
    for (let look = 1; missing.length > 0; look++) {
      if (look > LOOKS) throw new Error('Chats were opened and closed faster than they could be locked');
      for (const chat of await this.repository.lockOpen(tx, missing)) chats.set(placeOf(chat), chat);
      missing = missing.filter((arrival) => !chats.has(placeOf(arrival)));
      if (missing.length === 0) break;
      const mine = await this.repository.open(tx, missing, at);
      for (const chat of mine) chats.set(placeOf(chat), chat);
      opened.push(...mine);
      missing = missing.filter((arrival) => !chats.has(placeOf(arrival)));
    }
    return { chats, opened };
  }
}

function placeOf(place: { channelId: string; identityId: string }): string {
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
