import { Injectable } from '@nestjs/common';
import { Database, row, rows, type Tx } from '#database';
import type { Audience, EventType } from '../event-map.js';
import { before, type Position } from './position.js';

export interface StoredEvent {
  readonly position: Position;
  readonly type: EventType;
  readonly at: Date;
  readonly chatId: string | null;
  readonly seq: number | null;
  readonly audience: Audience;
  readonly data: unknown;
}

/** What stands in the log behind a position, as of one moment. */
export interface LogPage {
  readonly events: readonly StoredEvent[];
  /** Where to go on. With fewer events than asked for: behind everything that can be read so far. */
  readonly end: Position;
  /** Behind everything that can be read so far. */
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

/** SQL: what of `logged_events` stands behind a place, given as two parameters. Rows that end before it are not opened. */
export function behindPlace(txid: string, id: string): string {
  return `(txid, row_id) > (${txid}::xid8, ${id}::bigint - ${IDS_A_ROW}) AND (txid, id) > (${txid}::xid8, ${id}::bigint)`;
}

/** SQL: the order of the log, which is that of its primary key. */
export const IN_ORDER_OF_THE_LOG = 'txid, row_id, place';

/** How the log stands: the first row of an answer. */
interface State {
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

/**
 * An id is drawn before its commit, so "greater than the last I saw" would skip whoever drew earlier and commits later.
 * Everything below the oldest transaction still open is final: only that is read. The limit stands in the text, so that
 * the prepared plan knows how few rows are wanted; it is one of few numbers. Whether anything is held back is asked of the
 * newest row: of "any row above xmin" the planner thinks that most of the log is, and reads all of it.
 */
const page = (limit: number) => `
  WITH log AS MATERIALIZED (
    SELECT pg_snapshot_xmin(pg_current_snapshot()) AS head,
      coalesce((SELECT txid FROM events ORDER BY txid DESC, id DESC LIMIT 1)
        >= pg_snapshot_xmin(pg_current_snapshot()), false) AS held,
      (SELECT value ->> 'id' FROM settings WHERE name = '${EPOCH_SETTING}') AS epoch,
      (SELECT value FROM settings WHERE name = '${HORIZON_SETTING}') AS horizon)
  SELECT head::text AS head, held, epoch, horizon, NULL AS txid, NULL AS id, NULL AS type, NULL AS at, NULL AS "chatId",
    NULL AS seq, NULL AS audience, NULL AS data
  FROM log
  UNION ALL
  SELECT NULL, NULL, NULL, NULL, e.txid::text, e.id::text, e.type, e.at, e.chat_id, e.seq, e.audience, e.data
  FROM log CROSS JOIN LATERAL (
    SELECT * FROM logged_events
    WHERE ${behindPlace('$1', '$2')} AND txid < log.head
    ORDER BY ${IN_ORDER_OF_THE_LOG} LIMIT ${limit}
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
    const head = before(BigInt(state.head));
    const events = logged.map(eventOf);
    const { held, epoch } = state;
    const horizon = state.horizon ?? { txid: '0', id: '0' };
    return {
      events,
      end: events.length < limit ? head : events.at(-1)!.position,
      head,
      held,
      epoch,
      horizon: { txid: BigInt(horizon.txid), id: BigInt(horizon.id) },
    };
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
         DELETE FROM events e USING oldest o WHERE o.old AND e.txid = o.txid AND e.id = o.id
         RETURNING e.txid, e.id + coalesce(cardinality(e.message_ids), 1) - 1 AS id)
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

function eventOf({ txid, id, type, at, chatId, seq, audience, data }: Row): StoredEvent {
  const position = { txid: BigInt(txid), id: BigInt(id) };
  return { position, type, at, chatId, seq, audience: JSON.parse(audience) as Audience, data: JSON.parse(data) };
}
