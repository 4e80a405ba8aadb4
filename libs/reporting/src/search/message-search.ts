import { Injectable } from '@nestjs/common';
import { Database, sqlState, type Tx } from '#database';
import { type Look, MessageSearchRepository, type Place, type Question } from './message-search.repository.js';
import { SearchLimitsRepository } from './search-limits.repository.js';

/** What was found, newest first, and where to go on; no place when all was looked at. */
export interface Found {
  readonly hits: readonly Place[];
  readonly goOnAfter?: Place;
}

/** How much work one answer may be. */
export class SearchBounds {
  /** Of so many chats all messages are looked at. */
  readonly fewChats: number = 500;
  readonly firstLook: number = 4_000;
  readonly furtherLook: number = 25_000;
  /** So many messages are looked at for one answer, whatever was found among them. */
  readonly mostLookedAt: number = 100_000;
  /** More matches than this are not gathered to sort them. */
  readonly mostMatches: number = 50_000;
  /** How long a way of searching may take that has no bound of its own, before another is taken. */
  readonly patienceMs: number = 250;
}

/**
 * Finds a page of messages in bounded time, however many there are and however common the words. What few messages have
 * is found by the index of words; what many have, by looking at the newest ones; what one agent or contact said, chat by
 * chat. A page may be short while there is more: then it says where to go on.
 */
@Injectable()
export class MessageSearch {
  constructor(
    private readonly database: Database,
    private readonly messages: MessageSearchRepository,
    private readonly limits: SearchLimitsRepository,
    private readonly bounds: SearchBounds,
  ) {}

  /** `question.limit` + 1 hits mean that there are more. */
  async find(question: Question): Promise<Found> {
    const chats = await this.messages.fewChats(question, this.bounds.fewChats + 1);
    if (chats && chats.length <= this.bounds.fewChats) {
      const hits = await this.patiently((tx) => this.messages.inChats(tx, question, chats));
      if (hits) return { hits };
    }
    const look = await this.walk(question, this.bounds.firstLook);
    if (isEnough(look, question) || isAll(look, this.bounds.firstLook)) return { hits: look.hits };
    const rest = { ...question, after: look.edge!, limit: question.limit - look.hits.length };
    if ((look.matched / look.looked) * look.all <= this.bounds.mostMatches) {
      const hits = await this.patiently((tx) => this.messages.byWords(tx, rest));
      if (hits) return { hits: [...look.hits, ...hits] };
    }
    return this.walkOn(rest, look.hits);
  }

  private async walkOn(question: Question, before: readonly Place[]): Promise<Found> {
    const hits = [...before];
    let rest = question;
    for (let looked = 0; looked < this.bounds.mostLookedAt; looked += this.bounds.furtherLook) {
      const look = await this.walk(rest, this.bounds.furtherLook);
      hits.push(...look.hits);
      if (isEnough(look, rest) || isAll(look, this.bounds.furtherLook)) return { hits };
      rest = { ...rest, after: look.edge!, limit: rest.limit - look.hits.length };
    }
    return { hits, goOnAfter: rest.after };
  }

  private walk(question: Question, count: number): Promise<Look> {
    return this.database.transaction(async (tx) => {
      await this.limits.useIndexes(tx);
      return this.messages.walk(tx, question, count);
    });
  }

  /** Undefined when it took too long. */
  private async patiently<T>(work: (tx: Tx) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.database.transaction(async (tx) => {
        await this.limits.useIndexes(tx, this.bounds.patienceMs);
        return work(tx);
      });
    } catch (error) {
      if (sqlState(error) === CANCELLED) return undefined;
      throw error;
    }
  }
}

const CANCELLED = '57014';

function isEnough(look: Look, { limit }: Question): boolean {
  return look.hits.length >= limit;
}

function isAll({ looked }: Look, count: number): boolean {
  return looked < count;
}
