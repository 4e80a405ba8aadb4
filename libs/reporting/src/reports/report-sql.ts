/**
 * When a day begins, given as its midnight. Where clocks are set back to midnight it comes twice, an hour apart; PostgreSQL means the
 * second one then, but by the first it is that day already. Of one that is skipped PostgreSQL means the moment it is skipped.
 */
function beginOf(midnight: string): string {
  const last = `(${midnight} AT TIME ZONE $3::text)`;
  const hourBefore = `(${last} - interval '1 hour')`;
  return `(CASE WHEN ${hourBefore} AT TIME ZONE $3::text = ${midnight} THEN ${hourBefore} ELSE ${last} END)`;
}

/** $1 first day, $2 last day, $3 time zone: when the days begin and end. */
export const STARTS = beginOf('$1::date::timestamp');
export const ENDS = beginOf('($2::date + 1)::timestamp');

/** The first day of the row a moment belongs to, within the days of the report; $4 = unit. */
export function bucket(moment: string): string {
  return `CASE WHEN $4::text = 'all' THEN $1::date
    ELSE greatest(date_trunc($4::text, ${moment} AT TIME ZONE $3::text)::date, $1::date) END`;
}

/**
 * The rows that a stretch of time touches, as `b (period, began, ended)`: when each begins and ends, as moments. Stretches
 * are short, so this reads few days of each, never all days of the report.
 */
export function bucketsOf(began: string, ended: string): string {
  const local = (moment: string) => `(${moment} AT TIME ZONE $3::text)`;
  const first = `greatest(${began}, ${STARTS})`;
  const last = `least(${ended}, ${ENDS})`;
  return `CROSS JOIN LATERAL (
    SELECT greatest(d::date, $1::date) AS period, ${beginOf('greatest(d, $1::date::timestamp)')} AS began,
      ${beginOf('least(d + step, ($2::date + 1)::timestamp)')} AS ended
    FROM (SELECT ('1 ' || $4::text)::interval AS step WHERE $4::text <> 'all') AS s
    CROSS JOIN LATERAL generate_series(date_trunc($4::text, ${local(first)}), ${local(last)}, step) AS d
    WHERE ${began} < ${ENDS} AND ${ended} > ${STARTS} AND d < ($2::date + 1)::timestamp
    UNION ALL
    SELECT $1::date, ${STARTS}, ${ENDS} WHERE $4::text = 'all' AND ${began} < ${ENDS} AND ${ended} > ${STARTS}
  ) AS b`;
}

const DAY_MS = 86_400_000;

/** A bound of ids: smaller than all that were made on that day, so many days later, in UTC, or after it. */
export function idBefore(day: string, daysLater: number): string {
  const time = Math.max(0, Date.parse(`${day}T00:00:00Z`) + daysLater * DAY_MS);
  const digits = time.toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}-0000-0000-000000000000`;
}
