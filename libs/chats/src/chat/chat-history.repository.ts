import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { CHAT_COLUMNS, CHAT_JOINS } from './chat.repository.js';
import type { ChatQuery } from './chat-query.dto.js';
import type { ListName } from './list-page.js';
import { closedWithin, conditionsOf, identitiesOf, instantOf, micros, Values } from './list-conditions.repository.js';
import { type ListedChat, type ListQuestion, USUAL_LIMIT } from './list-question.js';

/**
 * How many chats one page looks at. Beyond an index in the order of the list there are conditions that fit few of many
 * chats; a page that found too few says how far it came, instead of reading the whole history.
 */
const LOOKS = 1_000;

/** An id carries when it was made, which may be a moment before or after the time that its chat was opened at. */
const SLACK_MS = 3_600_000;

/** A walk through chats in the order of a list. */
interface Walk {
  readonly list: ListName;
  /** One or several sources of chats `c` with their `sort_key`, each in order and from an index. */
  readonly parts: readonly string[];
  /** Of the chats of all parts, called `l`. */
  readonly order: string;
  /** What the parts have answered already. */
  readonly answered: readonly (keyof ChatQuery)[];
  /** What chats `c` must meet besides what was asked for. */
  readonly conditions?: readonly string[];
}

/**
 * The lists that grow with the history. Each walks one index in the order of the list and stops after a page, or after
 * so many looks. What is asked beyond that index is looked at chat by chat.
 */
@Injectable()
export class ChatHistoryRepository {
  constructor(private readonly database: Database) {}

  /** Open chats first, last opened first; then closed ones, last closed first. */
  byClosing(question: ListQuestion): Promise<ListedChat[]> {
    const values = new Values(question);
    const { query, from } = question;
    const { source, answered } = ledBy(query, values);
    const isBackwards = from?.direction === 'before';
    const [sign, way, nulls] = isBackwards ? ['>', 'ASC', 'LAST'] : ['<', 'DESC', 'FIRST'];
    const order = (chat: string) => `${chat}.closed_at ${way} NULLS ${nulls}, ${chat}.id ${way}`;
    const part = (sortKey: string, condition: string) => `
      (SELECT c.*, ${sortKey} AS sort_key FROM ${source} AND ${condition} ORDER BY ${order('c')} LIMIT ${LOOKS})`;
    const parts: string[] = [];
    const isFromOpen = from?.sortKey === '';
    if (mayBeOpen(query) && (!from || isFromOpen || isBackwards)) {
      const further = isFromOpen ? ` AND c.id ${sign} ${values.bind(from.id)}::uuid` : '';
      parts.push(part(`''`, `c.closed_at IS NULL${further}`));
    }
    if (mayBeClosed(query) && !(isBackwards && isFromOpen)) {
      const conditions = ['c.closed_at IS NOT NULL', ...closedWithin(query, values)];
      if (from && !isFromOpen)
        conditions.push(`(c.closed_at, c.id) ${sign} (${instantOf(from, values)}, ${values.bind(from.id)}::uuid)`);
      parts.push(part(micros('c.closed_at'), conditions.join(' AND ')));
    }
    return this.walk(question, values, {
      list: 'byClosing',
      parts,
      order: order('l'),
      answered: ['closedFrom', 'closedBefore', ...answered],
    });
  }

  /** Last opened first. The times of opening bound the walk. */
  byOpening(question: ListQuestion): Promise<ListedChat[]> {
    const values = new Values(question);
    const { query, from } = question;
    const [sign, way] = from?.direction === 'before' ? ['>', 'ASC'] : ['<', 'DESC'];
    const bounds = [
      query.contactId && `c.identity_id = ANY (${identitiesOf(values.bind(query.contactId))})`,
      query.openedFrom && `c.id >= ${values.bind(idAt(query.openedFrom, -SLACK_MS))}::uuid`,
      query.openedBefore && `c.id < ${values.bind(idAt(query.openedBefore, SLACK_MS))}::uuid`,
      from && `c.id ${sign} ${values.bind(from.id)}::uuid`,
    ];
    const part = `
      (SELECT c.*, '' AS sort_key FROM chats c WHERE ${bounds.filter(Boolean).join(' AND ')}
       ORDER BY c.id ${way} LIMIT ${LOOKS})`;
    return this.walk(question, values, {
      list: 'byOpening',
      parts: [part],
      order: `l.id ${way}`,
      answered: ['contactId'],
    });
  }

  /** Chats whose last stretch with the reader is over, the last that left them first. */
  held(question: ListQuestion): Promise<ListedChat[]> {
    const values = new Values(question);
    const { query, from } = question;
    const [sign, way] = from?.direction === 'before' ? ['>', 'ASC'] : ['<', 'DESC'];
    const bounds = [
      'o.agent_id = $1::uuid AND o.ended_at IS NOT NULL',
      query.contactId &&
        `o.chat_id = ANY (ARRAY(SELECT e.id FROM chats e
           WHERE e.identity_id = ANY (${identitiesOf(values.bind(query.contactId))})))`,
      from && `(o.ended_at, o.chat_id) ${sign} (${instantOf(from, values)}, ${values.bind(from.id)}::uuid)`,
    ];
    const part = `
      (SELECT c.*, ${micros('o.ended_at')} AS sort_key, o.ended_at AS left_at, o.began_at AS held_from
       FROM chat_ownerships o JOIN chats c ON c.id = o.chat_id
       WHERE ${bounds.filter(Boolean).join(' AND ')}
       ORDER BY o.ended_at ${way}, o.chat_id ${way} LIMIT ${LOOKS})`;
    const order = `l.left_at ${way}, l.id ${way}`;
    return this.walk(question, values, {
      list: 'held',
      parts: [part],
      order,
      answered: ['contactId'],
      conditions: [LAST_STRETCH],
    });
  }

  /** The chats come as they are walked, nothing between reorders them: the walk ends where the page does. */
  private async walk(question: ListQuestion, values: Values, walk: Walk): Promise<ListedChat[]> {
    if (walk.parts.length === 0) return [];
    const { query, limit } = question;
    const conditions = [...(walk.conditions ?? []), ...conditionsOf(query, values, walk.answered)];
    const text = `
      SELECT ${CHAT_COLUMNS}, c.sort_key, c.fits, c.place = ${LOOKS} AS is_last_look FROM (
        SELECT * FROM (
          SELECT c.*, row_number() OVER () AS place, coalesce(${conditions.join(' AND ') || 'true'}, false) AS fits
          FROM (SELECT * FROM (${walk.parts.join(' UNION ALL ')}) l ORDER BY ${walk.order} LIMIT ${LOOKS}) c
        ) c WHERE c.fits OR c.place = ${LOOKS} LIMIT ${limit}
      ) c ${CHAT_JOINS} ORDER BY c.place`;
    const name = isPlain(question) ? `chats-list-${walk.list}-${query.status ?? 'any'}` : undefined;
    return this.database.rows<ListedChat>({ name, text, binary: true }, values.all);
  }
}

/** The first page, of one status or any: what is asked most. Prepared, as planning it takes longer than reading it. */
function isPlain({ query, from, limit }: ListQuestion): boolean {
  const filters = Object.entries(query).filter(([name, value]) => value !== undefined && !UNFILTERED.has(name));
  return filters.length === 0 && !from && limit === USUAL_LIMIT;
}

const UNFILTERED: ReadonlySet<string> = new Set<keyof ChatQuery>(['filter', 'status', 'limit', 'cursor']);

/** The chats of the narrowest index that is asked for; each is in the order of closing. */
function ledBy(query: ChatQuery, values: Values): { source: string; answered: (keyof ChatQuery)[] } {
  const { contactId, agentId, channelId, queueId } = query;
  if (contactId !== undefined) {
    // Fenced off, so that they are fetched by their identities and then sorted: one person has few.
    const theirs = `SELECT e.* FROM chats e WHERE e.identity_id = ANY (${identitiesOf(values.bind(contactId))}) OFFSET 0`;
    return { source: `(${theirs}) c WHERE true`, answered: ['contactId'] };
  }
  const led = (name: keyof ChatQuery, column: string, id: string) => ({
    source: `chats c WHERE c.${column} = ${values.bind(id)}::uuid`,
    answered: [name],
  });
  if (agentId !== undefined) return led('agentId', 'agent_id', agentId);
  if (channelId !== undefined) return led('channelId', 'channel_id', channelId);
  if (queueId !== undefined) return led('queueId', 'queue_id', queueId);
  return { source: 'chats c WHERE true', answered: [] };
}

function mayBeOpen({ status, closedFrom, closedBefore }: ChatQuery): boolean {
  return status !== 'closed' && closedFrom === undefined && closedBefore === undefined;
}

function mayBeClosed({ status }: ChatQuery): boolean {
  return status === undefined || status === 'closed';
}

const LAST_STRETCH = `(SELECT l.began_at FROM chat_ownerships l
  WHERE l.chat_id = c.id AND l.agent_id = $1::uuid AND l.began_at > c.held_from LIMIT 1) IS NULL`;

/** The least id made at that time and so much later. */
function idAt(time: string, later: number): string {
  const hex = Math.max(0, Date.parse(time) + later)
    .toString(16)
    .padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
