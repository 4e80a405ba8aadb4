/** Messages and rows of the chats numbered after `from` up to `to`. */
export function partSql(from: number, to: number): string[] {
  return [said(from, to), MESSAGES, chats(from, to), AFTERWARDS];
}

/** Words that occur as unevenly as words do; a share of order numbers that occur once. */
export const WORDS = `
  CREATE TEMP TABLE seed_words AS SELECT
    ARRAY['Hello,','Good morning,','Hi there,','Thank you,','Sorry,','Please,','Guten Tag,','Добрий день,','One question:',
      'Yes,','No,','Well,','Of course,','Bonjour,','Hm,','Great,'] AS openings,
    ARRAY['where is my order','is it still available','when does it arrive','it came broken','I want to return it',
      'how do I pay by card','the colour is wrong','can you deliver on Saturday','I have not got the invoice',
      'which size fits','wann wird es geliefert','коли буде доставка','I will look it up for you','it left our house today',
      'we send a new one','may I have your address','the refund is on its way','it takes three days','that is all for today',
      'please try again','a colleague will call you','how much is the shipping','do you have it in green',
      'I cannot sign in'] AS bodies,
    (SELECT array_agg(a || b || c || CASE WHEN length(a) > 2 THEN 'a' ELSE 'o' END)
      FROM unnest(ARRAY['lam','ki','ber','sto','va','tri','mel','no','gar','fi','sun','pol']) a,
        unnest(ARRAY['pe','ra','ti','lo','mu','se','da','vi','ko','nu','ze','ha']) b,
        unnest(ARRAY['r','l','n','t','s','v','m','k','d','p','x','b']) c) AS things`;

const said = (from: number, to: number) => `
  DROP TABLE IF EXISTS seed_said;
  CREATE TEMP TABLE seed_said AS
    SELECT s.*, (count(*) FILTER (WHERE direction = 'inbound') OVER (PARTITION BY n ORDER BY seq))::int AS ordinal
    FROM (
      SELECT c.n, c.id AS chat, c.channel, c.agent, s.seq, c.status, c.length,
        CASE
          WHEN c.agent IS NOT NULL AND (s.seq = 2 OR (s.seq = c.length AND c.status = 'closed')) THEN 'system'
          WHEN s.seq = 1 OR c.agent IS NULL OR random() < 0.55 THEN 'inbound'
          ELSE 'outbound'
        END AS direction,
        c.opened_at + (c.until - c.opened_at) * ((s.seq - 1)::float8 / c.length) AS at,
        w.openings[1 + floor(16 * random() ^ 2)::int] || ' ' || w.bodies[1 + floor(24 * random() ^ 2)::int]
          || CASE WHEN random() < 0.7 THEN ' ' || w.things[1 + floor(1728 * random() ^ 3)::int] ELSE '' END
          || CASE WHEN random() < 0.1 THEN ' order ' || 1000000 + c.n * 37 + s.seq ELSE '' END AS text,
        random() AS fate
      FROM seed_chats c CROSS JOIN seed_words w CROSS JOIN LATERAL generate_series(1, c.length) s (seq)
      WHERE c.n > ${from} AND c.n <= ${to}
    ) s`;

/** In the order of time, as the receiving path would have written them. */
const MESSAGES = `
  INSERT INTO messages (id, chat_id, channel_id, seq, inbound_ordinal, direction, author_kind, author_id, external_id, text,
    status, sent_at, received_at)
  SELECT pg_temp.id_of(s.at, s.n || ' message ' || s.seq), s.chat, h.id, s.seq,
    CASE s.direction WHEN 'inbound' THEN s.ordinal END, s.direction,
    CASE s.direction WHEN 'inbound' THEN 'contact' WHEN 'outbound' THEN 'agent' ELSE 'system' END,
    CASE s.direction WHEN 'outbound' THEN a.id END,
    CASE WHEN s.direction <> 'system' THEN
      CASE h.messenger WHEN 'facebook' THEN 'm_' || md5(s.n || ':' || s.seq) ELSE s.n || ':' || s.seq END END,
    CASE WHEN s.direction <> 'system' THEN s.text WHEN s.seq = 2 THEN 'The chat was accepted.' ELSE 'The chat was closed.' END,
    CASE WHEN s.direction = 'outbound' THEN
      CASE WHEN s.fate < 0.8 THEN 'read' WHEN s.fate < 0.95 THEN 'delivered' WHEN s.fate < 0.99 THEN 'sent' ELSE 'failed' END
    END,
    s.at, s.at + interval '200 milliseconds'
  FROM seed_said s JOIN seed_channels h ON h.n = s.channel LEFT JOIN seed_agents a ON a.n = s.agent
  ORDER BY s.at`;

/** The last message counts, and up to three of the newest inbound ones are unread where the chat is in progress. */
const chats = (from: number, to: number) => `
  DROP TABLE IF EXISTS seed_sums;
  CREATE TEMP TABLE seed_sums AS
    SELECT n, count(*) AS lines, max(ordinal) AS inbound, max(at) FILTER (WHERE direction = 'inbound') AS last_inbound_at,
      max(seq) FILTER (WHERE direction <> 'system') AS last_said,
      count(*) FILTER (WHERE direction = 'outbound') AS outbound,
      min(at) FILTER (WHERE direction = 'outbound') AS first_outbound_at,
      max(at) FILTER (WHERE direction = 'outbound') AS last_outbound_at
    FROM seed_said GROUP BY n;
  INSERT INTO chats (id, channel_id, identity_id, queue_id, status, agent_id, previous_chat_id, opened_at, waiting_since,
    accepted_at, closed_at, closed_by, close_reason, last_seq, inbound_count, team_position, last_message_preview,
    last_message_direction, last_message_at, last_inbound_at, first_accepted_at, first_human_reply_at, last_outbound_at,
    outbound_count)
  SELECT c.id, h.id, i.id, q.id, c.status, a.id, c.previous, c.opened_at, c.opened_at,
    ${ACCEPTED_AT},
    CASE c.status WHEN 'closed' THEN c.until END,
    CASE WHEN c.status = 'closed' AND c.ending < 0.9 THEN a.id END,
    CASE WHEN c.status = 'closed' THEN CASE WHEN c.ending < 0.9 AND a.id IS NOT NULL THEN 'agent' ELSE 'timeout' END END,
    s.lines, s.inbound, ${POSITION}, l.text, l.direction, l.at, s.last_inbound_at,
    ${ACCEPTED_AT}, s.first_outbound_at, s.last_outbound_at, s.outbound
  FROM seed_chats c
  JOIN seed_sums s ON s.n = c.n
  JOIN seed_said l ON l.n = c.n AND l.seq = s.last_said
  JOIN seed_channels h ON h.n = c.channel
  JOIN seed_identities i ON i.n = c.identity
  JOIN seed_queues q ON q.n = c.queue
  LEFT JOIN seed_agents a ON a.n = c.agent
  WHERE c.n > ${from} AND c.n <= ${to}
  ORDER BY c.n;
  INSERT INTO chat_positions (chat_id, user_id, position)
  SELECT c.id, a.id, ${POSITION} FROM seed_chats c
  JOIN seed_sums s ON s.n = c.n JOIN seed_agents a ON a.n = c.agent;
  INSERT INTO chat_ownerships (chat_id, agent_id, began_at, ended_at)
  SELECT c.id, a.id, c.opened_at + (c.until - c.opened_at) * (1.0 / c.length), CASE c.status WHEN 'closed' THEN c.until END
  FROM seed_chats c JOIN seed_sums s ON s.n = c.n JOIN seed_agents a ON a.n = c.agent`;

const ACCEPTED_AT = `CASE WHEN a.id IS NOT NULL THEN c.opened_at + (c.until - c.opened_at) * (1.0 / c.length) END`;

const POSITION = `CASE c.status WHEN 'closed' THEN s.inbound WHEN 'waiting' THEN 0
  ELSE greatest(s.inbound - c.n % 4, 0) END::int`;

/** What deduplication looks through: every inbound message has its entry. */
const AFTERWARDS = `
  INSERT INTO ledger (channel_id, event_key, outcome, received_at)
  SELECT h.id, 'message:' || s.n || ':' || s.seq, 'stored', s.at
  FROM seed_said s JOIN seed_channels h ON h.n = s.channel WHERE s.direction = 'inbound'
  ORDER BY 1, 2`;
