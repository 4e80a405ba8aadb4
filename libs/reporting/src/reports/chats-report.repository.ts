import { Injectable } from '@nestjs/common';
import { rows, type Tx } from '#database';
import type { Period } from './period.js';
import type { ChatsRowDto, Group } from './report.dto.js';
import { bucket, ENDS, idBefore, STARTS } from './report-sql.js';

export interface ChatsQuestion {
  readonly period: Period;
  readonly by: Group;
  readonly queueId?: string;
  readonly channelId?: string;
  readonly agentId?: string;
}

/** Whose row a chat belongs to. Not null, so that rows can be joined by it. */
const KEYS: Record<Group, string> = {
  queue: 'c.queue_id',
  channel: 'c.channel_id',
  agent: 'c.agent_id',
  all: 'NULL::uuid',
};
const NOBODY = '00000000-0000-0000-0000-000000000000';

const FILTERS = `($5::uuid IS NULL OR c.queue_id = $5) AND ($6::uuid IS NULL OR c.channel_id = $6)
  AND ($7::uuid IS NULL OR c.agent_id = $7)`;

const seconds = (from: string, to: string) => `extract(epoch FROM ${to} - ${from})::float8`;
/** One of ours began the chat and held it from then on: nobody waited. */
const BEGUN_BY_US = 'c.first_accepted_at = c.opened_at';
const unlessByUs = (time: string) => `CASE WHEN ${BEGUN_BY_US} THEN NULL ELSE ${time} END`;
const WAITED = unlessByUs(seconds('c.opened_at', 'coalesce(c.first_accepted_at, c.closed_at)'));
const TO_ACCEPT = unlessByUs(seconds('c.opened_at', 'c.first_accepted_at'));
const TO_REPLY = unlessByUs(seconds('c.opened_at', 'c.first_human_reply_at'));
const LASTED = seconds('c.opened_at', 'c.closed_at');

/** Mean and percentiles of a time; chats without it do not count. */
const times = (name: string, time: string) => `round(avg(${time})::numeric, 3)::float8 AS "${name}Mean",
  round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ${time})::numeric, 3)::float8 AS "${name}Median",
  round(percentile_cont(0.9) WITHIN GROUP (ORDER BY ${time})::numeric, 3)::float8 AS "${name}P90"`;

const NAMES = ['waiting', 'accept', 'firstReply', 'duration'].flatMap((name) =>
  ['Mean', 'Median', 'P90'].map((figure) => `closed."${name}${figure}"`),
);

/** Figures of chats, in two reads: the closed ones by when they were closed, the opened ones by their ids, which tell when. */
@Injectable()
export class ChatsReportRepository {
  async rows(tx: Tx, { period, by, queueId, channelId, agentId }: ChatsQuestion, most: number): Promise<ChatsRowDto[]> {
    const key = `coalesce(${KEYS[by]}, '${NOBODY}')`;
    return rows<ChatsRowDto>(tx, statement(key), [
      ...[period.from, period.to, period.timeZone, period.unit],
      ...[queueId ?? null, channelId ?? null, agentId ?? null],
      ...[idBefore(period.from, -2), idBefore(period.to, 3), most],
    ]);
  }
}

const statement = (key: string) => `
  WITH closed AS (
    SELECT ${bucket('c.closed_at')} AS period, ${key} AS key, count(*) AS closed,
      count(*) FILTER (WHERE c.close_reason = 'agent') AS by_agent,
      count(*) FILTER (WHERE c.close_reason = 'supervisor') AS by_supervisor,
      count(*) FILTER (WHERE c.close_reason = 'timeout') AS by_timeout,
      count(*) FILTER (WHERE c.first_accepted_at IS NULL) AS never_accepted,
      sum(c.inbound_count) AS inbound, sum(c.outbound_count) AS outbound,
      ${times('waiting', WAITED)}, ${times('accept', TO_ACCEPT)}, ${times('firstReply', TO_REPLY)}, ${times('duration', LASTED)}
    FROM chats c
    WHERE c.status = 'closed' AND c.closed_at >= ${STARTS} AND c.closed_at < ${ENDS} AND ${FILTERS}
    GROUP BY 1, 2
  ), opened AS (
    SELECT ${bucket('c.opened_at')} AS period, ${key} AS key, count(*) AS opened
    FROM chats c
    WHERE c.id >= $8::uuid AND c.id < $9::uuid AND c.opened_at >= ${STARTS} AND c.opened_at < ${ENDS} AND ${FILTERS}
    GROUP BY 1, 2
  )
  SELECT to_char(period, 'YYYY-MM-DD') AS period, nullif(key, '${NOBODY}') AS id,
    coalesce(q.name, h.name, u.name) AS name, coalesce(opened, 0)::int AS opened, coalesce(closed, 0)::int AS closed,
    coalesce(by_agent, 0)::int AS "closedByAgent", coalesce(by_supervisor, 0)::int AS "closedBySupervisor",
    coalesce(by_timeout, 0)::int AS "closedByTimeout", coalesce(never_accepted, 0)::int AS "neverAccepted",
    coalesce(inbound, 0)::int AS "inboundMessages", coalesce(outbound, 0)::int AS "outboundMessages", ${NAMES.join()}
  FROM closed FULL JOIN opened USING (period, key)
  LEFT JOIN queues q ON q.id = key LEFT JOIN channels h ON h.id = key LEFT JOIN users u ON u.id = key
  ORDER BY period, name NULLS FIRST, key LIMIT $10`;
