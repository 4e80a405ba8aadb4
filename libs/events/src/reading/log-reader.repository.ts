import { Injectable } from '@nestjs/common';
import { Database, row, rows, type Tx } from '#database';
import type { Audience, EventType } from '../event-map.js';
import { Audiences, type Bundle, eventsOf } from './bundle.js';
import { before, type Position } from './position.js';
import type { StoredEvent } from './stored-event.js';

/** What stands in the log behind a position, as of one moment. */
export interface LogPage {
  readonly events: readonly StoredEvent[];
  /** Where to go on. With fewer events than asked for: behind everything that can be read so far. */
  readonly end: Position;
  /** There may be more behind `end` by now. */
  readonly more: boolean;
  /**
   * Behind the newest event that can be read so far: no later than what is on disk for good. Numbers of transactions that left
   * nothing there are given again after a crash of the database, and who stood behind them would miss those.
   */
  readonly last: Position;
  /** No place of this log is behind this one. */
  readonly head: Position;
  /** Committed events are held back by a transaction that is still open. */
  readonly held: boolean;
  readonly epoch: string;
  /** What stood up to here is no longer kept. */
  readonly horizon: Position;
}

export const EPOCH_SETTING = 'events.epoch';
const HORIZON_SETTING = 'events.horizon';
/** How far apart the ids of rows are: a row with several events has those from its own on. */
const IDS_A_ROW = 256;
/** SQL: the id of the last event of a row of `events`. */
const LAST_ID_OF_ROW = 'events.id + coalesce(cardinality(events.message_ids), 1) - 1';

/** SQL: what of `logged_events` stands behind a place, given as two parameters. Rows that end before it are not opened. */
export function behindPlace(txid: string, id: string): string {
  return `(txid, row_id) > (${txid}::xid8, ${id}::bigint - ${IDS_A_ROW}) AND (txid, id) > (${txid}::xid8, ${id}::bigint)`;
}

/**
 * SQL: the order of the log, which is that of its primary key. The view's own columns: a bare name would be the one that is
 * answered, and `txid::text` sorts as text.
 */
export const IN_ORDER_OF_THE_LOG = 'logged_events.txid, logged_events.row_id, logged_events.place';

/** How the log stands: the first row of an answer. */
interface State {
  /** Behind the newest row; null where there is none. */
  readonly txid: string | null;
  readonly id: string | null;
  readonly head: string;
  readonly held: boolean;
  readonly epoch: string | null;
  readonly horizon: { readonly txid: string; readonly id: string } | null;
}

/** The other rows. */
interface Row {
  readonly txid: string;
  readonly id: string;
  readonly type: EventType;
  readonly at: Date;
  readonly chatId: string | null;
  readonly seq: number | null;
  /** JSON, as `data`. */
  readonly audience: string;
  readonly data: string;
}

/** The first row of a tail's answer. */
interface TailState extends Omit<State, 'horizon'> {
  readonly horizonTxid: string | null;
  readonly horizonId: string | null;
}

/** The other rows: one event each, or a bundle (decision 0023), which has its events in arrays. */
type TailRow = Row & (Bundle | { readonly messageIds: null });

/**
 * An id is drawn before its commit, so "greater than the last I saw" would skip whoever drew earlier and commits later.
 * Everything below the oldest transaction still open is final: only that is read. The limit stands in the text, so that
 * the prepared plan knows how few rows are wanted; it is one of few numbers. Whether anything is held back is asked of the
 * newest row: of "any row above xmin" the planner thinks that most of the log is, and reads all of it.
 */
const STATE = `
  WITH log AS MATERIALIZED (
    SELECT pg_snapshot_xmin(pg_current_snapshot()) AS head,
      coalesce((SELECT txid FROM events ORDER BY txid DESC, id DESC LIMIT 1)
        >= pg_snapshot_xmin(pg_current_snapshot()), false) AS held,
      (SELECT value ->> 'id' FROM settings WHERE name = '${EPOCH_SETTING}') AS epoch,
      (SELECT value FROM settings WHERE name = '${HORIZON_SETTING}') AS horizon),
  newest AS MATERIALIZED (
    SELECT txid::text AS txid, (${LAST_ID_OF_ROW})::text AS id FROM events
    WHERE txid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY events.txid DESC, events.id DESC LIMIT 1)`;

const page = (limit: number) => `${STATE}
  SELECT head::text AS head, held, epoch, horizon, newest.txid, newest.id, NULL AS type, NULL AS at, NULL AS "chatId",
    NULL AS seq, NULL AS audience, NULL AS data
  FROM log LEFT JOIN newest ON true
  UNION ALL
  SELECT NULL, NULL, NULL, NULL, e.txid::text, e.id::text, e.type, e.at, e.chat_id, e.seq, e.audience, e.data
  FROM log CROSS JOIN LATERAL (
    SELECT * FROM logged_events
    WHERE ${behindPlace('$1', '$2')} AND txid < log.head
    ORDER BY ${IN_ORDER_OF_THE_LOG} LIMIT ${limit}
  ) AS e`;

/** As `page`, row by row, for who begins behind a whole row: `events` itself, and all values in their binary form. */
const tail = (limit: number) => `${STATE}
  SELECT head::text AS head, held, epoch, horizon ->> 'txid' AS "horizonTxid", horizon ->> 'id' AS "horizonId",
    newest.txid, newest.id, NULL::text AS type, NULL::timestamptz AS at, NULL::uuid AS "chatId",
    NULL::int AS seq, NULL::text AS audience, NULL::text AS data, NULL::uuid[] AS "chatIds", NULL::int[] AS seqs,
    NULL::uuid[] AS "ownerIds", NULL::boolean[] AS "ownedByAgents", NULL::uuid[] AS "messageIds", NULL::text[] AS previews,
    NULL::int[] AS ordinals
  FROM log LEFT JOIN newest ON true
  UNION ALL
  SELECT NULL, NULL, NULL, NULL, NULL, e.txid::text, e.id::text, e.type::text, e.at, e.chat_id, e.seq, e.audience::text,
    e.data::text, e.chat_ids, e.seqs, e.owner_ids, e.owned_by_agents, e.message_ids, e.previews, e.inbound_ordinals
  FROM log CROSS JOIN LATERAL (
    SELECT * FROM events
    WHERE (txid, id) > ($1::xid8, $2::bigint) AND txid < log.head
    ORDER BY txid, id LIMIT ${limit}
  ) AS e`;

@Injectable()
export class LogReaderRepository {
  constructor(private readonly database: Database) {}

  /** In the order of the log. */
  async page(after: Position, limit: number, tx?: Tx): Promise<LogPage> {
    const statement = { name: `events-page-${limit}`, text: page(limit) };
    const values = [after.txid.toString(), after.id.toString()];
    const found = await (tx ? rows<State | Row>(tx, statement, values) : this.database.rows(statement, values));
    const [state, ...logged] = found as [State, ...Row[]];
    if (!state.epoch) throw new Error('The event log has no epoch');
    const horizon = positionOf(state.horizon?.txid, state.horizon?.id);
    return pageOf(state, state.epoch, horizon, logged.map(eventOf), logged.length === limit);
  }

  /**
   * The same for who follows the log and takes whole rows: `after` is the `last` or the `end` of a page before. Up to so
   * many rows, each with one event or all messages of a batch: those are not made rows and documents of first, which
   * was most of what it cost. Events for the same readers share their audience.
   */
  async tail(after: Position, limit: number): Promise<LogPage> {
    const statement = { name: `events-tail-${limit}`, text: tail(limit), binary: true };
    const values = [after.txid.toString(), after.id.toString()];
    const [state, ...logged] = (await this.database.rows(statement, values)) as [TailState, ...TailRow[]];
    if (!state.epoch) throw new Error('The event log has no epoch');
    const audiences = new Audiences();
    const events = logged.flatMap((row) => (row.messageIds ? eventsOf(row, audiences) : [eventOf(row)]));
    const horizon = positionOf(state.horizonTxid, state.horizonId);
    return pageOf(state, state.epoch, horizon, events, logged.length === limit);
  }

  /** The age of the oldest transaction of the cluster that has written something, prepared ones too. */
  async oldestWriterSeconds(): Promise<number> {
    const oldest = await this.database.row<{ age: number | null }>(
      `SELECT extract(epoch FROM clock_timestamp() - least(
         (SELECT min(xact_start) FROM pg_stat_activity WHERE backend_xid IS NOT NULL),
         (SELECT min(prepared) FROM pg_prepared_xacts)))::float8 AS age`,
    );
    return oldest?.age ?? 0;
  }

  /**
   * Drops up to `limit` rows from the beginning of the log that happened before `until`, and notes up to where. Answers
   * how many.
   */
  async dropOldest(tx: Tx, until: Date, limit: number): Promise<number> {
    const dropped = await rows<{ txid: string; id: string }>(
      tx,
      `WITH oldest AS (
         SELECT txid, id, bool_and(at < $1) OVER (ORDER BY txid, id) AS old
         FROM (SELECT * FROM events WHERE txid < pg_snapshot_xmin(pg_current_snapshot())
               ORDER BY txid, id LIMIT $2) AS first),
       dropped AS (
         DELETE FROM events USING oldest o WHERE o.old AND events.txid = o.txid AND events.id = o.id
         RETURNING events.txid, ${LAST_ID_OF_ROW} AS id)
       SELECT txid::text AS txid, id::text AS id FROM dropped ORDER BY dropped.txid DESC, dropped.id DESC`,
      [until, limit],
    );
    const [last] = dropped;
    if (last) {
      await row(
        tx,
        `INSERT INTO settings (name, value) VALUES ('${HORIZON_SETTING}', $1)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
        [JSON.stringify(last)],
      );
    }
    return dropped.length;
  }
}

function pageOf(
  { txid, id, head, held }: Pick<State, 'txid' | 'id' | 'head' | 'held'>,
  epoch: string,
  horizon: Position,
  events: readonly StoredEvent[],
  more: boolean,
): LogPage {
  const last = txid === null ? horizon : positionOf(txid, id);
  const end = more ? events.at(-1)!.position : last;
  return { events, end, more, last, head: before(BigInt(head)), held, epoch, horizon };
}

function eventOf({ txid, id, type, at, chatId, seq, audience, data }: Row): StoredEvent {
  const position = { txid: BigInt(txid), id: BigInt(id) };
  return { position, type, at, chatId, seq, audience: JSON.parse(audience) as Audience, data: JSON.parse(data) };
}

function positionOf(txid: string | null | undefined, id: string | null | undefined): Position {
  return { txid: BigInt(txid ?? 0), id: BigInt(id ?? 0) };
}
