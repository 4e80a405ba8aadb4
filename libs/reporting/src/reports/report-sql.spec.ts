import { openTestDatabase, type TestDatabase } from '#database';
import { bucket, bucketsOf, ENDS, STARTS } from './report-sql.js';

/** Real: PostgreSQL, with what it knows of clocks. */
let house: TestDatabase;
beforeAll(async () => {
  house = await openTestDatabase();
});
afterAll(() => house.close());

/** Nights when clocks are changed at midnight, or just before or after it; of Apia a day is missing. */
const NIGHTS: readonly [zone: string, day: string][] = [
  ['America/Havana', '2026-11-01'],
  ['America/Havana', '2026-03-08'],
  ['Atlantic/Azores', '2026-10-25'],
  ['Atlantic/Azores', '2026-03-29'],
  ['Africa/Cairo', '2026-04-24'],
  ['Africa/Cairo', '2026-10-30'],
  ['Asia/Beirut', '2026-03-29'],
  ['Asia/Beirut', '2026-10-25'],
  ['America/Santiago', '2026-04-05'],
  ['America/Santiago', '2026-09-06'],
  ['America/Scoresbysund', '2026-03-29'],
  ['America/Scoresbysund', '2026-10-25'],
  ['America/Sao_Paulo', '2018-11-04'],
  ['America/Sao_Paulo', '2019-02-17'],
  ['Pacific/Apia', '2011-12-30'],
  ['Europe/Berlin', '2026-10-25'],
];

/** Every five minutes around the day $1 to $2. */
const MOMENTS = `generate_series(($1::date - 2)::timestamptz, ($2::date + 3)::timestamptz, '5 minutes') AS m`;
const DAY = `(m AT TIME ZONE $3::text)::date`;

it.each(NIGHTS)(
  'a report of %s and %s holds what the clocks there call that day, and each row its own',
  async (zone, day) => {
    for (const [from, to] of [
      [before(day), before(day)],
      [day, day],
      [before(day), day],
    ]) {
      const wrong = await house.database.rows(
        `SELECT m, ${DAY} AS day, ${bucket('m')} AS row FROM ${MOMENTS}
       WHERE (m >= ${STARTS} AND m < ${ENDS}) <> (${DAY} BETWEEN $1 AND $2)
         OR (m >= ${STARTS} AND m < ${ENDS} AND ${bucket('m')} <> ${DAY})`,
        [from, to, zone, 'day'],
      );
      expect(wrong).toEqual([]);
    }
  },
);

it.each(NIGHTS)('a stretch of time is cut in %s around %s without an overlap or a gap', async (zone, day) => {
  const wrong = await house.database.rows(
    `SELECT m, ${DAY} AS day, array_agg(b.period) AS rows FROM ${MOMENTS}
     CROSS JOIN (SELECT ($1::date - 5)::timestamptz AS began, ($2::date + 5)::timestamptz AS ended) AS stretch
     LEFT JOIN LATERAL (SELECT b.* FROM (SELECT) AS one ${bucketsOf('stretch.began', 'stretch.ended')}) AS b
       ON m >= b.began AND m < b.ended
     WHERE ${DAY} BETWEEN $1 AND $2
     GROUP BY m HAVING array_agg(b.period) IS DISTINCT FROM ARRAY[${DAY}]`,
    [before(day), day, zone, 'day'],
  );
  expect(wrong).toEqual([]);
});

function before(day: string): string {
  return new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);
}
