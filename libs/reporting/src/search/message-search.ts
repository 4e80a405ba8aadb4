import { Injectable } from '@nestjs/common';
import { Database, sqlState, type Tx } from '#database';
import { agentOf, type Look, MessageSearchRepository, type Place, type Question } from './message-search.repository.js';
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
  /** The same where one agent's chats are walked, those first in which something was said last. */
  readonly firstChats: number = 100;
  readonly furtherChats: number = 200;
  readonly mostChats: number = 500;
  readonly mostMatchesOfOne: number = 5_000;
  /** How long a way of searching may take that has no bound of its own, before another is taken. */
  readonly patienceMs: number = 250;
}

/** A walk from the newest messages on, look by look. */
interface Walk {
  /** Undefined when it took too long. */
  readonly look: (question: Question, count: number) => Promise<Look | undefined>;
  readonly first: number;
  readonly further: number;
  readonly most: number;
  /** If there seem to be no more matches than this, the index of words is asked before the walk goes on. */
  readonly mostMatches: number;
}

/**
 * Finds a page of messages in bounded time, however many there are and however common the words. What few messages have
 * is found by the index of words; what many have, by looking at the newest ones; what was said to one contact or in the
 * chats of one agent, chat by chat. A page may be short while there is more: then it says where to go on.
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
    const agentId = agentOf(question);
    if (agentId === null) return { hits: [] };
    const theirs = agentId ? await this.along(this.chatsOf(agentId), question) : undefined;
    return theirs ?? (await this.along(this.newest(), question))!;
  }

  /** Undefined when a look took too long. */
  private async along(walk: Walk, question: Question): Promise<Found | undefined> {
    const look = await walk.look(question, walk.first);
    if (!look) return undefined;
    if (isEnough(look, question) || !look.edge) return { hits: look.hits };
    const rest = { ...question, after: look.edge, limit: question.limit - look.hits.length };
    if ((look.matched / Math.max(look.looked, 1)) * look.all <= walk.mostMatches) {
      const hits = await this.patiently((tx) => this.messages.byWords(tx, rest));
      if (hits) return { hits: [...look.hits, ...hits] };
    }
    return this.goOn(walk, rest, look.hits);
  }

  private async goOn(walk: Walk, question: Question, before: readonly Place[]): Promise<Found | undefined> {
    const hits = [...before];
    let rest = question;
    for (let looked = 0; looked < walk.most; looked += walk.further) {
      const look = await walk.look(rest, walk.further);
      if (!look) return undefined;
      hits.push(...look.hits);
      if (isEnough(look, rest) || !look.edge) return { hits };
      rest = { ...rest, after: look.edge, limit: rest.limit - look.hits.length };
    }
    return { hits, goOnAfter: rest.after };
  }

  private newest(): Walk {
    const { firstLook: first, furtherLook: further, mostLookedAt: most, mostMatches } = this.bounds;
    const look = (question: Question, count: number) =>
      this.database.transaction(async (tx) => {
        await this.limits.useIndexes(tx);
        return this.messages.walk(tx, question, count);
      });
    return { look, first, further, most, mostMatches };
  }

  private chatsOf(agentId: string): Walk {
    const { firstChats: first, furtherChats: further, mostChats: most, mostMatchesOfOne: mostMatches } = this.bounds;
    const look = (question: Question, count: number) =>
      this.patiently((tx) => this.messages.walkChats(tx, question, agentId, count));
    return { look, first, further, most, mostMatches };
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
