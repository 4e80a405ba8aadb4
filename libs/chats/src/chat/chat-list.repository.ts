import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '#database';
import { CHAT_COLUMNS, CHAT_JOINS, HELD_CHAT_COLUMNS, HELD_CHAT_JOINS } from './chat.repository.js';
import { conditionsOf, instantOf, micros, Values } from './list-conditions.repository.js';
import { type ListedChat, type ListQuestion, USUAL_LIMIT } from './list-question.js';
import { standingBefore } from './standing-before.js';

const BELONGS = 'true AS fits, false AS is_last_look';

/** The lists of open chats before a reader, of whom there are few whatever the history. None counts or joins messages. */
@Injectable()
export class ChatListRepository {
  constructor(private readonly database: Database) {}

  /**
   * All open chats the reader owns, in no order: that of their newest messages is made by the caller. Who reads is hidden
   * from the planner: for an agent of few chats it would plan anew each time, which takes longer than the list.
   */
  mine(question: ListQuestion): Promise<ListedChat[]> {
    const values = new Values(question);
    const conditions = conditionsOf(question.query, values).map((one) => ` AND ${one}`);
    const text = `
      SELECT ${HELD_CHAT_COLUMNS}, ${micros('coalesce(c.last_message_at, c.opened_at)')} AS sort_key, ${BELONGS}
      FROM chats c ${HELD_CHAT_JOINS}
      WHERE c.agent_id = (SELECT $1::uuid) AND c.closed_at IS NULL${conditions.join('')}`;
    const plain = values.all.length === 1 && conditions.length === 0;
    return this.ask(plain ? { name: 'chats-list-mine', text } : { text }, values);
  }

  /** Waiting chats that stand before the reader, longest waiting first. */
  waiting(question: ListQuestion): Promise<ListedChat[]> {
    const values = new Values(question);
    const { from, limit } = question;
    const conditions = conditionsOf(question.query, values).map((one) => ` AND ${one}`);
    const [sign, way] = from?.direction === 'before' ? ['<', 'DESC'] : ['>', 'ASC'];
    if (from) {
      const place = `(${instantOf(from, values)}, ${values.bind(from.id)}::uuid)`;
      conditions.push(` AND (c.waiting_since, c.id) ${sign} ${place}`);
    }
    const theirs = standingBefore(
      `c.*, ${micros('c.waiting_since')} AS sort_key`,
      `${conditions.join('')} ORDER BY c.waiting_since ${way}, c.id ${way} LIMIT ${limit}`,
    );
    const text = `
      SELECT ${CHAT_COLUMNS}, c.sort_key, ${BELONGS} FROM (
        SELECT w.* ${theirs} ORDER BY w.waiting_since ${way}, w.id ${way} LIMIT ${limit}
      ) c ${CHAT_JOINS} ORDER BY c.waiting_since ${way}, c.id ${way}`;
    const plain = values.all.length === 1 && conditions.length === 0 && limit === USUAL_LIMIT;
    return this.ask(plain ? { name: 'chats-list-waiting', text } : { text }, values);
  }

  private ask(statement: Statement, values: Values): Promise<ListedChat[]> {
    return this.database.rows<ListedChat>({ binary: true, ...statement }, values.all);
  }
}
