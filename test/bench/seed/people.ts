import { HELD_BY_AGENT, type SeedSize } from './size.js';

/**
 * Everything beside chats and messages. Numbers `n` name things until the end; low numbers are the busy ones. `id_of`
 * makes a UUIDv7 of a moment and a word, so that ids lie in the order of time as real ones do.
 */
export function peopleSql({ agents, queues, chats }: SeedSize): string[] {
  return [FUNCTIONS, queuesSql(queues), agentsSql(agents, queues), channelsSql(queues), contactsSql(chats)];
}

const FUNCTIONS = `
  CREATE FUNCTION pg_temp.id_of(at timestamptz, what text) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0')
      || '7' || substr(md5(what), 1, 3) || '8' || substr(md5(what), 4, 15))::uuid
  $$;
  CREATE FUNCTION pg_temp.began() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT now() - interval '2 years' $$;
  SELECT setseed(0.42)`;

const queuesSql = (queues: number) => `
  CREATE TEMP TABLE seed_queues AS
    SELECT n, pg_temp.id_of(pg_temp.began(), 'queue ' || n) AS id FROM generate_series(1, ${queues}) n;
  INSERT INTO queues (id, name, agent_limit, created_at)
    SELECT id, 'Seeded queue ' || n, 100, pg_temp.began() FROM seed_queues`;

const agentsSql = (agents: number, queues: number) => `
  CREATE TEMP TABLE seed_agents AS
    SELECT n, pg_temp.id_of(pg_temp.began(), 'agent ' || n) AS id FROM generate_series(1, ${agents}) n;
  INSERT INTO users (id, email, name, password_hash, role, created_at)
    SELECT id, 'seeded' || n || '@example.com', 'Seeded agent ' || n, current_setting('seed.password'), 'agent',
      pg_temp.began() FROM seed_agents
    UNION ALL
    SELECT pg_temp.id_of(pg_temp.began(), 'admin'), 'seeded@example.com', 'Seeded admin', current_setting('seed.password'),
      'admin', pg_temp.began();
  INSERT INTO agents AS a (user_id, state, available, chat_limit, open_chats)
    SELECT id, 'active', true, 100, ${HELD_BY_AGENT} FROM seed_agents a;
  INSERT INTO agent_state_intervals (user_id, state, available, began_at)
    SELECT id, 'active', true, now() - interval '1 hour' FROM seed_agents;

  -- One to four queues each, the busy ones more often.
  CREATE TEMP TABLE seed_members AS
    SELECT DISTINCT a.n AS agent, q.queue FROM seed_agents a
    CROSS JOIN LATERAL (
      SELECT 1 + (a.n - 1) % ${queues} AS queue
      UNION ALL
      SELECT 1 + floor(${queues} * random() ^ 2)::int FROM generate_series(1, a.n % 4)
    ) q;
  INSERT INTO queue_agents (queue_id, user_id)
    SELECT q.id, a.id FROM seed_members m JOIN seed_queues q ON q.n = m.queue JOIN seed_agents a ON a.n = m.agent;
  CREATE TEMP TABLE seed_crews AS
    SELECT queue, array_agg(agent ORDER BY agent) AS crew FROM seed_members GROUP BY queue`;

const channelsSql = (queues: number) => `
  CREATE TEMP TABLE seed_channels AS
    SELECT n, pg_temp.id_of(pg_temp.began(), 'channel ' || n) AS id, 1 + (n - 1) % ${queues} AS queue,
      CASE WHEN n % 2 = 0 THEN 'facebook' ELSE 'telegram' END AS messenger, (900000000000 + n * 7919)::text AS source
    FROM generate_series(1, ${queues} * 3 / 2 + 1) n;
  INSERT INTO channels (id, messenger, source, name, queue_id, created_at)
    SELECT c.id, c.messenger, c.source, 'Seeded channel ' || c.n, q.id, pg_temp.began()
    FROM seed_channels c JOIN seed_queues q ON q.n = c.queue`;

/** Every eleventh identity is the second one of somebody. */
const contactsSql = (chats: number) => `
  CREATE TEMP TABLE seed_identities AS
    SELECT i.n, pg_temp.id_of(pg_temp.began(), 'identity ' || i.n) AS id, c.n AS channel, c.messenger, c.source,
      CASE WHEN i.n % 11 = 0 THEN i.n / 11 ELSE i.n END AS contact
    FROM (
      SELECT n, 1 + floor((SELECT count(*) FROM seed_channels) * random() ^ 2)::int AS channel
      FROM generate_series(1, greatest(${chats} * 3 / 10, least(${chats}, 4000))) n
    ) i JOIN seed_channels c ON c.n = i.channel;
  CREATE UNIQUE INDEX ON seed_identities (n);
  INSERT INTO contacts (id, name, created_at)
    SELECT pg_temp.id_of(pg_temp.began(), 'contact ' || n), (${GIVEN})[1 + n % 24] || ' ' || (${FAMILY})[1 + n / 24 % 24]
      || CASE WHEN n >= 576 THEN ' ' || n / 576 ELSE '' END, pg_temp.began()
    FROM (SELECT DISTINCT contact AS n FROM seed_identities) c;
  UPDATE contacts SET words = trim(lower(regexp_replace(
    regexp_replace(normalize(name, NFKD), '[\\u0300-\\u036f]', '', 'g'), '[^[:alnum:]]+', ' ', 'g')));
  INSERT INTO identities (id, messenger, scope, external_id, contact_id, name, created_at)
    SELECT i.id, i.messenger, CASE i.messenger WHEN 'facebook' THEN i.source ELSE '' END, (5000000000000 + i.n)::text,
      pg_temp.id_of(pg_temp.began(), 'contact ' || i.contact), 'Seeded ' || i.n, pg_temp.began()
    FROM seed_identities i;
  ANALYZE seed_identities`;

const GIVEN = `ARRAY['Maria','Iryna','Ben','Anna','Olena','Paul','Sofia','Jan','Nina','Taras','Lea','Marko','Ida','Omar',
  'Yulia','Felix','Chloé','Petro','Aino','Hugo','Zoë','Ivan','Klara','Mykola']`;
const FAMILY = `ARRAY['Lys','Keller','Moreau','Shevchenko','Novak','Braun','Costa','Bondar','Virtanen','Rossi','Melnyk','Weber',
  'Dubois','Koval','Silva','Jansen','Hrytsenko','Meyer','Laine','Petrov','Fischer','Marchuk','Lopez','Schmidt']`;
