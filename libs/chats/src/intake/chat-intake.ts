import { Injectable } from '@nestjs/common';
import { type Database, type Tx } from '#database';
import { EventLog, type NewEvent } from '#events';
import { DueTexts } from '../queue-text/due-texts.js';
import { SystemLines } from '../outgoing/system-lines.repository.js';
import { Routing } from '../routing/routing.js';
import type { Batch, Opening } from './batch.js';
import {
  type Answer,
  IntakeRepository,
  type NewChat,
  type OpenChat,
  type Place,
  type ReopenedChat,
} from './intake.repository.js';

/** Puts arrived messages into chats: the chats' part of the receiving path. */
@Injectable()
export class ChatIntake {
  constructor(
    private readonly repository: IntakeRepository,
    private readonly events: EventLog,
    private readonly routing: Routing,
    private readonly lines: SystemLines,
    private readonly texts: DueTexts,
  ) {}

  /**
   * Enters a batch of events into the ledger and stores the messages among them in their writers' open chats, in one call
   * that is a transaction of its own when `door` is a database. A duplicate changes nothing and takes no number. Answers the
   * new ones among the wanted events, and as `skipped`, untouched, those whose writer has no open chat. `whenRun` is called when
   * only the commit is left to do.
   */
  async take(door: Tx | Database, batch: Batch, at: Date, whenRun?: () => void): Promise<Answer[]> {
    const answers = await this.repository.receive(door, batch, at, false, whenRun);
    this.events.appendedThrough(door);
    return answers;
  }

  /**
   * The same for writers who had no open chat, each of whom is given one; nothing is skipped. `identityIds` says who wrote each
   * message. None of the messages may have been taken before: where one came in elsewhere meanwhile all begins anew.
   */
  async takeIntoNew(tx: Tx, batch: Batch, identityIds: readonly string[], at: Date): Promise<Answer[]> {
    const openings = batch.openings(identityIds);
    const opened = await this.open(tx, openings, at);
    const begun = new Set(opened.map(nameOf));
    openings.forEach((opening, index) => {
      if (begun.has(nameOf(opening))) batch.began(index);
    });
    const news = opened.map((chat) => openedEvent(chat, at));
    const [, answers] = await Promise.all([this.events.record(tx, news), this.repository.receive(tx, batch, at, true)]);
    this.events.appendedThrough(tx);
    await this.texts.greet(tx, opened, at);
    this.routing.soon(tx, ...new Set(opened.map(({ queueId }) => queueId)));
    return answers;
  }

  /** Whether a contact's message of this id has been stored. */
  hasReceived(database: Database, channelId: string, externalId: string): Promise<boolean> {
    return this.repository.hasReceived(database, channelId, externalId);
  }

  /**
   * Opens a chat as `waiting` in its channel's queue for everyone who has none, with their messages counted. Answers those it
   * opened; a chat that was closed a short while ago is reopened instead where its queue wishes it: it counts nothing yet.
   */
  async open(tx: Tx, openings: readonly Opening[], at: Date): Promise<NewChat[]> {
    if (openings.length === 0) return [];
    // In this order, in one round trip: what was reopened is not opened.
    const [reopened, opened] = await Promise.all([
      this.repository.reopen(tx, openings, at),
      this.repository.open(tx, openings, at),
    ]);
    const news = reopened.map((chat) => reopenedEvent(chat, at));
    await Promise.all([
      ...reopened.map(({ id }) => this.lines.append(tx, id, 'The contact wrote again, and the chat was reopened', at)),
      this.events.record(tx, news),
    ]);
    if (reopened.length > 0) this.routing.soon(tx, ...new Set(reopened.map(({ queueId }) => queueId)));
    return opened;
  }
}

function nameOf({ channelId, identityId }: Place): string {
  return channelId + identityId;
}

function openedEvent(chat: OpenChat, at: Date): NewEvent & { readonly type: 'chat.opened' } {
  return {
    type: 'chat.opened',
    at,
    chatId: chat.id,
    audience: { queues: [chat.queueId] },
    data: { channelId: chat.channelId, queueId: chat.queueId, identityId: chat.identityId, status: 'waiting' },
  };
}

/** Whoever held it hears that it is not theirs any more, also where they are not of its queue. */
function reopenedEvent({ heldBy, ...chat }: ReopenedChat, at: Date): NewEvent {
  const agents = heldBy === null ? [] : [heldBy];
  return { ...openedEvent(chat, at), type: 'chat.reopened', audience: { agents, queues: [chat.queueId] } };
}
