import { Injectable } from '@nestjs/common';
import { rows, type Tx } from '#database';
import type { Period } from './period.js';
import type { LoadRowDto, StateRowDto } from './report.dto.js';
import { bucketsOf, ENDS, STARTS } from './report-sql.js';

const overlap = (began: string, ended: string) =>
  `sum(extract(epoch FROM least(${ended}, b.ended) - greatest(${began}, b.began)))`;

/** Figures of agents: stretches of time, each cut at the bounds of the rows it touches; what goes on ends now. */
@Injectable()
export class AgentsReportRepository {
  load(tx: Tx, period: Period, agentId: string | undefined, most: number): Promise<LoadRowDto[]> {
    return rows<LoadRowDto>(tx, LOAD, [...valuesOf(period), agentId ?? null, most]);
  }

  states(tx: Tx, period: Period, agentId: string | undefined, most: number): Promise<StateRowDto[]> {
    return rows<StateRowDto>(tx, STATES, [...valuesOf(period), agentId ?? null, most]);
  }
}

const LOAD = `
  SELECT to_char(s.period, 'YYYY-MM-DD') AS period, s.agent_id AS "agentId", u.name AS "agentName", s.taken,
    round(s.held, 3)::float8 AS "heldSeconds",
    round(s.held / greatest(extract(epoch FROM least(s.ended, now()) - s.began), 1), 3)::float8 AS "averageChats"
  FROM (
    SELECT b.period, o.agent_id, b.began, b.ended,
      count(*) FILTER (WHERE o.began_at >= b.began AND o.began_at < b.ended)::int AS taken,
      ${overlap('o.began_at', 'o.until')} AS held
    FROM (
      SELECT agent_id, began_at, coalesce(ended_at, now()) AS until FROM chat_ownerships
      WHERE began_at < ${ENDS} AND coalesce(ended_at, now()) > ${STARTS} AND ($5::uuid IS NULL OR agent_id = $5)
    ) AS o
    ${bucketsOf('o.began_at', 'o.until')}
    WHERE b.began < o.until AND b.ended > o.began_at
    GROUP BY b.period, o.agent_id, b.began, b.ended
  ) AS s
  JOIN users u ON u.id = s.agent_id
  ORDER BY s.period, u.name, s.agent_id LIMIT $6`;

const STATES = `
  SELECT to_char(s.period, 'YYYY-MM-DD') AS period, s.user_id AS "agentId", u.name AS "agentName", s.state, s.available,
    round(s.seconds, 3)::float8 AS seconds
  FROM (
    SELECT b.period, i.user_id, i.state, i.available, ${overlap('i.began_at', 'i.until')} AS seconds
    FROM (
      SELECT user_id, state, available, began_at, coalesce(ended_at, now()) AS until FROM agent_state_intervals
      WHERE began_at < ${ENDS} AND coalesce(ended_at, now()) > ${STARTS} AND ($5::uuid IS NULL OR user_id = $5)
    ) AS i
    ${bucketsOf('i.began_at', 'i.until')}
    WHERE b.began < i.until AND b.ended > i.began_at
    GROUP BY b.period, i.user_id, i.state, i.available
  ) AS s
  JOIN users u ON u.id = s.user_id
  ORDER BY s.period, u.name, s.user_id, s.state, s.available LIMIT $6`;

function valuesOf({ from, to, timeZone, unit }: Period): unknown[] {
  return [from, to, timeZone, unit];
}
