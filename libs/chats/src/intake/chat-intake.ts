import { Injectable } from '@nestjs/common';
import { type Database, type Tx } from '#database';
import { EventLog, type NewEvent } from '#events';
import { DueTexts } from '../queue-text/due-texts.js';
import { SystemLines } from '../outgoing/system-lines.repository.js';
import { Routing } from '../routing/routing.js';
import type { Batch } from './batch.js';
import { type Answer, IntakeRepository, type NewChat, type OpenChat, type Place } from './intake.repository.js';
import { TryAgain } from './try-again.js';

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
   * The same for writers who had no open chat, after `open` has given one to each of them; nothing is skipped. Begins anew
   * where a message for which a chat was opened came in elsewhere meanwhile: then it opens nothing.
   */
  async takeIntoNew(tx: Tx, batch: Batch, opened: readonly NewChat[], at: Date): Promise<Answer[]> {
    const news = opened.map((chat) => openedEvent(chat, at));
    const [, answers, anyEmpty] = await Promise.all([
      this.events.record(tx, news),
      this.repository.receive(tx, batch, at, true),
      opened.length > 0 && this.repository.anyEmpty(tx, opened),
    ]);
    this.events.appendedThrough(tx);
    if (anyEmpty) throw new TryAgain();
    await this.texts.greet(tx, opened, at);
    this.routing.soon(tx, ...new Set(opened.map(({ queueId }) => queueId)));
    return answers;
  }

  /** Whether a contact's message of this id has been stored. */
  hasReceived(database: Database, channelId: string, externalId: string): Promise<boolean> {
    return this.repository.hasReceived(database, channelId, externalId);
  }

  /**
   * Opens a chat as `waiting` in its channel's queue at every place that has none. Answers those it opened; a chat that was
   * closed a short while ago is reopened instead where its queue wishes it.
   */
  async open(tx: Tx, places: readonly Place[], at: Date): Promise<NewChat[]> {
    const distinct = new Map(places.map((place) => [nameOf(place), place]));
    if (distinct.size === 0) return [];
    // In this order, in one round trip: what was reopened is not opened.
    const each = [...distinct.values()];
    const [reopened, opened] = await Promise.all([
      this.repository.reopen(tx, each, at),
      this.repository.open(tx, each, at),
    ]);
    const news: NewEvent[] = reopened.map((chat) => ({ ...openedEvent(chat, at), type: 'chat.reopened' }));
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
