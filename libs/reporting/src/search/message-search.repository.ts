import { Injectable } from '@nestjs/common';
import { MAY_SEE, type Reader } from '#chats';
import { currentContact } from '#contacts';
import { Database, row, rows, type Tx } from '#database';

/** Where a message stands in the order of what was found: by time, ties by chat and number. */
export interface Place {
  /** Microseconds since 1970, as digits: exact, which a `Date` is not. */
  readonly at: string;
  readonly chatId: string;
  readonly seq: number;
}

export interface Filters {
  readonly from?: Date;
  readonly to?: Date;
  readonly channelId?: string;
  readonly queueId?: string;
  readonly agentId?: string;
  readonly contactId?: string;
  readonly chatId?: string;
}

export interface Question {
  readonly reader: Reader;
  /** Literal of a `tsquery`. */
  readonly query: string;
  readonly filters: Filters;
  /** Older than this one only. */
  readonly after?: Place;
  readonly limit: number;
}

export interface Look {
  readonly hits: Place[];
  /** How many messages were looked at, and how many had the words, whoever may see them. */
  readonly looked: number;
  readonly matched: number;
  /** All that is newer was looked at; null when that was all there is. */
  readonly edge: Place | null;
  /** About how many messages there are. */
  readonly all: number;
}

/** Of one moment: behind all messages there can be. */
const AFTER_ALL: Omit<Place, 'at'> = { chatId: 'ffffffff-ffff-ffff-ffff-ffffffffffff', seq: 999_999_999 };

/** $1 reader, $2 sees all, $3 words, $4–$6 older than, $7 not older than, $8 and up: filters on the chat, $13 hits at most. */
const OLDER = `(s.at, s.chat_id, s.seq) < (${instant('$4')}, $5::uuid, $6::int) AND s.at >= $7::timestamptz`;
const HELD = (agent: string) =>
  `(c.agent_id = ${agent} OR EXISTS (SELECT FROM chat_ownerships w WHERE w.chat_id = c.id AND w.agent_id = ${agent}))`;
const ORDER = 'at DESC, chat_id DESC, seq DESC';

const PLACE = (at: string, chatId: string, seq: string) =>
  `json_build_object('at', (extract(epoch FROM ${at}) * 1000000)::bigint::text, 'chatId', ${chatId}, 'seq', ${seq})`;

/** Of the matches `m`, in order, those that the reader may see and asked for; each chat by its primary key. */
const HITS = `
  SELECT ${PLACE('m.at', 'm.chat_id', 'm.seq')} AS hit
  FROM (SELECT * FROM m ORDER BY ${ORDER} OFFSET 0) AS m
  CROSS JOIN LATERAL (
    SELECT FROM chats c
    WHERE c.id = m.chat_id AND ${MAY_SEE}
      AND ($8::uuid IS NULL OR c.channel_id = $8) AND ($9::uuid IS NULL OR c.queue_id = $9)
      AND ($10::uuid IS NULL OR ${HELD('$10')})
      AND ($11::uuid IS NULL OR EXISTS (
        SELECT FROM identities i WHERE i.id = c.identity_id AND i.contact_id = ${currentContact('$11')}))
      AND ($12::uuid IS NULL OR c.id = $12)
    OFFSET 0) AS seen
  LIMIT $13`;

/** What a look gives of the messages `w`, their `hits`, and its `edge`. */
const LOOK = `
  SELECT (SELECT coalesce(json_agg(hit), '[]') FROM hits) AS hits, (SELECT edge FROM edge) AS edge,
    (SELECT count(*)::int FROM w) AS looked, (SELECT count(*) FILTER (WHERE fits)::int FROM w) AS matched,
    (SELECT reltuples::float8 FROM pg_class WHERE oid = 'search_messages'::regclass) AS all`;

/** Finds messages by their words, newest first, in four ways: each is quick where the others are slow. */
@Injectable()
export class MessageSearchRepository {
  constructor(private readonly database: Database) {}

  /** The next `count` messages, whatever they say, from the newest on. For words that many messages have. */
  walk(tx: Tx, question: Question, count: number): Promise<Look> {
    return one<Look>(
      tx,
      `WITH w AS MATERIALIZED (
         SELECT s.at, s.chat_id, s.seq, s.words @@ $3::tsquery AS fits
         FROM search_messages s WHERE ${OLDER} ORDER BY ${ORDER} LIMIT $14
       ), m AS MATERIALIZED (SELECT at, chat_id, seq FROM w WHERE fits
       ), hits AS (${HITS}
       ), edge AS (
         SELECT ${PLACE('at', 'chat_id', 'seq')} AS edge FROM w
         WHERE (SELECT count(*) FROM w) = $14 ORDER BY at, chat_id, seq LIMIT 1
       ) ${LOOK}`,
      [...valuesOf(question), count],
    );
  }

  /**
   * The messages of an agent's next `count` chats, by the last that was said in them, and of those that are open: as far as no
   * other chat can have newer ones. Where `after` lies within a chat, that one is looked at again and does not count.
   */
  walkChats(tx: Tx, question: Question, agentId: string, count: number): Promise<Look> {
    return one<Look>(
      tx,
      `WITH next AS MATERIALIZED (
         SELECT h.chat_id, h.last_at FROM search_holders h
         WHERE h.agent_id = $14 AND h.last_at < ${instant('$4')} AND h.last_at >= $7::timestamptz
         ORDER BY h.last_at DESC, h.chat_id DESC LIMIT $15
       ), edge AS MATERIALIZED (
         SELECT min(last_at) AS at, ${PLACE('min(last_at)', `'${AFTER_ALL.chatId}'`, `${AFTER_ALL.seq}`)} AS edge
         FROM next HAVING count(*) = $15
       ), chosen AS MATERIALIZED (
         SELECT chat_id FROM next
         UNION SELECT h.chat_id FROM search_holders h
           WHERE h.agent_id = $14 AND h.last_at >= ${instant('$4')} AND h.first_at <= ${instant('$4')}
         UNION SELECT c.id FROM chats c WHERE c.agent_id = $14 AND c.closed_at IS NULL
         UNION SELECT c.id FROM queue_agents q JOIN chats c ON c.queue_id = q.queue_id AND c.status = 'waiting'
           WHERE q.user_id = $14
       ), w AS MATERIALIZED (
         SELECT s.* FROM chosen CROSS JOIN LATERAL (
           SELECT s.at, s.chat_id, s.seq, s.words @@ $3::tsquery AS fits
           FROM search_messages s WHERE s.chat_id = chosen.chat_id AND ${OLDER} OFFSET 0) AS s
       ), m AS MATERIALIZED (
         SELECT at, chat_id, seq FROM w WHERE fits AND at > coalesce((SELECT at FROM edge), '-infinity')
       ), hits AS (${HITS}
       ) ${LOOK}`,
      [...valuesOf(question), agentId, count],
    );
  }

  /** All that have the words, by the index of words. For words that few messages have. */
  async byWords(tx: Tx, question: Question): Promise<Place[]> {
    const found = await rows<{ hit: Place }>(
      tx,
      `WITH m AS MATERIALIZED (
         SELECT s.at, s.chat_id, s.seq FROM search_messages s WHERE s.words @@ $3::tsquery AND ${OLDER}
       ) ${HITS}`,
      valuesOf(question),
    );
    return found.map(({ hit }) => hit);
  }

  /** All of these chats. For who asks for few. */
  async inChats(tx: Tx, question: Question, chatIds: readonly string[]): Promise<Place[]> {
    const found = await rows<{ hit: Place }>(
      tx,
      `WITH m AS MATERIALIZED (
         SELECT s.* FROM unnest($14::uuid[]) AS k (chat_id)
         CROSS JOIN LATERAL (
           SELECT s.at, s.chat_id, s.seq FROM search_messages s
           WHERE s.chat_id = k.chat_id AND s.words @@ $3::tsquery AND ${OLDER} OFFSET 0) AS s
       ) ${HITS}`,
      [...valuesOf(question), chatIds],
    );
    return found.map(({ hit }) => hit);
  }

  /** Some chats, `most` at most, among which all are that the filters leave; undefined when it may be any. */
  async fewChats({ filters }: Question, most: number): Promise<string[] | undefined> {
    if (filters.chatId) return [filters.chatId];
    if (filters.contactId)
      return this.ids(
        `SELECT c.id FROM identities i JOIN chats c ON c.identity_id = i.id
         WHERE i.contact_id = ${currentContact('$1')} LIMIT $2`,
        [filters.contactId, most],
      );
    return undefined;
  }

  private async ids(statement: string, values: readonly unknown[]): Promise<string[]> {
    return (await this.database.rows<{ id: string }>(statement, values)).map(({ id }) => id);
  }
}

/** Whose chats are all that may be found: nobody's for null; undefined when it may be anybody's. */
export function agentOf({ reader, filters }: Question): string | null | undefined {
  return filters.agentId ?? (reader.seesAll ? undefined : reader.userId);
}

const NEWEST: Place = { at: '', ...AFTER_ALL };
const BEFORE_ALL: Omit<Place, 'at'> = { chatId: '00000000-0000-0000-0000-000000000000', seq: 0 };

function valuesOf({ reader, query, filters, after, limit }: Question): unknown[] {
  const { from, to, channelId, queueId, agentId, contactId, chatId } = filters;
  const place = after ?? (to ? { at: String(to.getTime() * 1000), ...BEFORE_ALL } : NEWEST);
  return [
    ...[reader.userId, reader.seesAll, query],
    ...[place.at === '' ? null : place.at, place.chatId, place.seq, from?.toISOString() ?? '-infinity'],
    ...[channelId ?? null, queueId ?? null, agentId ?? null, contactId ?? null, chatId ?? null],
    limit,
  ];
}

/** Null = later than any. */
function instant(micros: string): string {
  return `coalesce(timestamptz 'epoch' + ${micros}::bigint * interval '1 microsecond', 'infinity')`;
}

async function one<Row>(tx: Tx, statement: string, values: readonly unknown[]): Promise<Row> {
  const found = await row<Row>(tx, statement, values);
  if (!found) throw new Error('A statement of one row gave none');
  return found;
}
