import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '#database';
import { CHAT_COLUMNS, CHAT_JOINS, type ChatRow } from './chat.repository.js';
import type { Reader } from './reader.js';
import { standingBefore } from './standing-before.js';

export interface ListQuestion {
  readonly reader: Reader;
  readonly queueId?: string;
  readonly channelId?: string;
  /** Only chats with messages the reader has not read. */
  readonly unread?: boolean;
  /** The sort key and id after which to go on. */
  readonly after?: readonly [sortKey: string, id: string];
  readonly limit: number;
}

/** `sort_key` is a time in microseconds since 1970, as digits: exact, which a `Date` is not. */
export type ListedChat = ChatRow & { readonly sort_key: string };

const UNREAD = `c.inbound_count > coalesce(
  (SELECT r.position FROM chat_positions r WHERE r.chat_id = c.id AND r.user_id = $1), c.team_position)`;

/** The limit stands in the text, so that a prepared plan knows how few rows are wanted; only the usual one is prepared. */
const USUAL_LIMIT = 51;

/** Lists of chats. Each reads one index in the order of the list and stops after a page; none counts or joins messages. */
@Injectable()
export class ChatListRepository {
  constructor(private readonly database: Database) {}

  /** All open chats the reader owns, in no order: they are few. */
  mine(question: ListQuestion): Promise<ListedChat[]> {
    const { values, conditions } = filtersOf(question);
    return this.ask(
      'mine',
      question,
      values,
      `
      SELECT ${CHAT_COLUMNS}, ${micros('coalesce(c.last_message_at, c.opened_at)')} AS sort_key FROM chats c ${CHAT_JOINS}
      WHERE c.agent_id = $1::uuid AND c.status = 'in_progress' ${conditions}`,
    );
  }

  /** Waiting chats that stand before the reader, longest waiting first. */
  waiting(question: ListQuestion): Promise<ListedChat[]> {
    const { values, conditions, bind } = filtersOf(question);
    const { after, limit } = question;
    const further = after ? `AND (c.waiting_since, c.id) > (${instant(bind(after[0]))}, ${bind(after[1])}::uuid)` : '';
    const theirs = standingBefore(
      `c.*, ${micros('c.waiting_since')} AS sort_key`,
      `${conditions} ${further} ORDER BY c.waiting_since, c.id LIMIT ${limit}`,
    );
    const first = `SELECT w.* ${theirs} ORDER BY w.waiting_since, w.id LIMIT ${limit}`;
    return this.ask('waiting', question, values, page('c.waiting_since, c.id', first));
  }

  /** Closed chats, last closed first: all for those who see all, else those the reader held. */
  closed(question: ListQuestion): Promise<ListedChat[]> {
    const { values, conditions, bind } = filtersOf(question);
    const { after, reader } = question;
    const held = reader.seesAll ? '' : 'AND c.agent_id = $1::uuid';
    const further = after ? `AND (c.closed_at, c.id) < (${instant(bind(after[0]))}, ${bind(after[1])}::uuid)` : '';
    return this.ask(
      reader.seesAll ? 'closed' : 'closed-mine',
      question,
      values,
      page(
        'c.closed_at DESC, c.id DESC',
        `
      SELECT c.*, ${micros('c.closed_at')} AS sort_key FROM chats c
      WHERE c.status = 'closed' ${held} ${conditions} ${further}
      ORDER BY c.closed_at DESC, c.id DESC LIMIT ${question.limit}`,
      ),
    );
  }

  /** Every chat of the house, last opened first. */
  all(question: ListQuestion): Promise<ListedChat[]> {
    const { values, conditions, bind } = filtersOf(question);
    const further = question.after ? `AND c.id < ${bind(question.after[1])}::uuid` : '';
    return this.ask(
      'all',
      question,
      values,
      page(
        'c.id DESC',
        `
      SELECT c.*, '' AS sort_key FROM chats c WHERE true ${conditions} ${further}
      ORDER BY c.id DESC LIMIT ${question.limit}`,
      ),
    );
  }

  private ask(name: string, question: ListQuestion, values: unknown[], text: string): Promise<ListedChat[]> {
    const plain = question.limit === USUAL_LIMIT && !question.after && values.length === 1;
    const statement: Statement = plain && !question.unread ? { name: `chats-list-${name}`, text } : { text };
    return this.database.rows<ListedChat>(statement, values);
  }
}

/** $1 is the reader, whose position counts. */
function filtersOf({ reader, queueId, channelId, unread }: ListQuestion) {
  const values: unknown[] = [reader.userId];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const conditions = [
    queueId && `AND c.queue_id = ${bind(queueId)}::uuid`,
    channelId && `AND c.channel_id = ${bind(channelId)}::uuid`,
    unread && `AND ${UNREAD}`,
  ];
  return { values, bind, conditions: conditions.filter(Boolean).join(' ') };
}

function micros(time: string): string {
  return `(extract(epoch FROM ${time}) * 1000000)::bigint::text`;
}

function instant(micros: string): string {
  return `timestamptz 'epoch' + ${micros}::bigint * interval '1 microsecond'`;
}

/** The few chats of a page first, then their names. */
function page(order: string, chats: string): string {
  return `SELECT ${CHAT_COLUMNS}, c.sort_key FROM (${chats}) c ${CHAT_JOINS} ORDER BY ${order}`;
}
