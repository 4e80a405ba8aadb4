import { HELD_BY_AGENT, type SeedSize, WAITING_PER_QUEUE } from './size.js';

/** Plans every chat: who, where, when, how long. Their rows are written with their messages. */
export function chatsSql(size: SeedSize): string[] {
  return [openSql, closedSql(size), plannedSql(size)];
}

/** Each open chat has an identity of its own: one has at most one open chat on a channel. */
const openSql = `
  SELECT setseed(0.43);
  CREATE TEMP TABLE seed_open AS
    SELECT row_number() OVER () AS k, o.* FROM (
      SELECT 'in_progress' AS status, a.n AS agent, q.queue, now() - random() ^ 2 * interval '9 days' AS opened_at
      FROM seed_agents a
      CROSS JOIN LATERAL generate_series(1, ${HELD_BY_AGENT})
      JOIN LATERAL (SELECT min(queue) AS queue FROM seed_members WHERE agent = a.n) q ON true
      UNION ALL
      SELECT 'waiting', NULL, 1 + floor((SELECT count(*) FROM seed_queues) * random() ^ 2)::int,
        now() - random() * interval '6 hours'
      FROM generate_series(1, (SELECT count(*) FROM seed_queues) * ${WAITING_PER_QUEUE})
    ) o;
  INSERT INTO agent_queue_loads (user_id, queue_id, open_chats)
    SELECT a.id, q.id, count(*) FROM seed_open o JOIN seed_agents a ON a.n = o.agent JOIN seed_queues q ON q.n = o.queue
    GROUP BY a.id, q.id`;

/** More of them lately than long ago; the same people come again and again. */
const closedSql = ({ chats }: SeedSize) => `
  SELECT setseed(0.44);
  CREATE TEMP TABLE seed_closed AS
    SELECT c.*, CASE WHEN c.moved THEN c.other ELSE h.queue END AS queue FROM (
      SELECT k, i.n AS identity, i.messenger = 'telegram' AND random() < 0.1 AS strays,
        CASE WHEN i.messenger = 'telegram' AND random() < 0.1 THEN 1 ELSE i.channel END AS channel,
        random() < 0.08 AS moved, 1 + floor((SELECT count(*) FROM seed_queues) * random() ^ 2)::int AS other,
        pg_temp.began() + (interval '2 years' - interval '10 days') * (k::float8 / count(*) OVER ()) ^ 0.6 AS opened_at,
        (-ln(1 - random())) ^ 1.7 * interval '3 hours' + interval '3 minutes' AS lasted,
        CASE WHEN random() < 0.02 THEN NULL ELSE random() END AS taker,
        random() AS ending
      FROM (
        SELECT k, 1 + floor((SELECT count(*) FROM seed_identities) * random() ^ 1.6)::int AS identity
        FROM generate_series(1, ${chats} - (SELECT count(*) FROM seed_open)) k
      ) c JOIN seed_identities i ON i.n = c.identity
    ) c JOIN seed_channels h ON h.n = c.channel`;

const plannedSql = ({ messages, chats }: SeedSize) => `
  SELECT setseed(0.45);
  CREATE TEMP TABLE seed_chats AS
    SELECT row_number() OVER (ORDER BY opened_at, status, agent) AS n,
      pg_temp.id_of(opened_at, status || ' chat ' || k) AS id, p.*,
      3 + round(weight / avg(weight) OVER () * greatest(${messages}::float8 / ${chats} - 3, 0))::int AS length,
      NULL::uuid AS previous
    FROM (
      SELECT k, 'closed' AS status, identity, channel, queue, opened_at,
        least(opened_at + lasted, lead(opened_at - interval '1 second') OVER line, now() - interval '1 minute') AS until,
        crew[1 + floor(taker * cardinality(crew))::int] AS agent, ending, (-ln(1 - random())) ^ 1.4 AS weight
      FROM seed_closed JOIN seed_crews USING (queue)
      WINDOW line AS (PARTITION BY identity, channel ORDER BY opened_at)
      UNION ALL
      SELECT o.k, o.status, i.n, i.channel, o.queue, o.opened_at, now(), o.agent, NULL, (-ln(1 - random())) ^ 1.4
      FROM seed_open o
      JOIN seed_identities i ON i.n = 1 + o.k * 7919 % (SELECT count(*) FROM seed_identities)
    ) p;
  CREATE UNIQUE INDEX ON seed_chats (n);
  UPDATE seed_chats c SET previous = p.previous FROM (
    SELECT n, lag(id) OVER (PARTITION BY identity, channel ORDER BY n) AS previous FROM seed_chats
  ) p WHERE p.n = c.n AND p.previous IS NOT NULL;
  ANALYZE seed_chats`;
