import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The receiving path's work on one batch, as one call. */
export class ReceiveEvents1763800000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const { table, column, domain, words } of WORDS) {
      await runner.query(`
        CREATE DOMAIN ${domain} AS text CHECK (VALUE IN (${words}));
        ALTER TABLE ${table} DROP CONSTRAINT ${table}_${column}_check, ALTER ${column} TYPE ${domain}`);
    }
    await runner.query(RECEIVE_EVENTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION receive_events');
    for (const { table, column, domain, words } of WORDS) {
      await runner.query(`
        ALTER TABLE ${table} ALTER ${column} TYPE text, ADD CHECK (${column} IN (${words}));
        DROP DOMAIN ${domain}`);
    }
  }
}

/**
 * A CHECK is parsed anew for every statement that writes the table, a domain's is kept by the session: on the receiving
 * path that was a tenth of the work.
 */
const WORDS = [
  {
    table: 'messages',
    column: 'direction',
    domain: 'message_direction',
    words: `'inbound', 'outbound', 'system'`,
  },
  {
    table: 'messages',
    column: 'author_kind',
    domain: 'author_kind',
    words: `'contact', 'agent', 'bot', 'channel', 'system'`,
  },
  {
    table: 'messages',
    column: 'status',
    domain: 'message_status',
    words: `'queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'expired', 'unconfirmed'`,
  },
  {
    table: 'ledger',
    column: 'outcome',
    domain: 'event_outcome',
    words: `'stored', 'ignored', 'refused', 'quarantined'`,
  },
];

/**
 * Takes a batch of events: enters them into the ledger, numbers and stores the messages among them in the open chats of
 * those who wrote, bumps each chat once, records what agents are told, and adds to the ledger's sums.
 *
 * Events `e_*` are distinct by channel and key; `e_times` says how often each came in this batch. Messages `m_*` point to
 * their event and to their writer among `w_*`, counted from 1, in the order of arrival; `m_nth` numbers them per writer.
 * What a writer's messages add up to stands in `w_messages`, `w_sent` and `w_preview`, what a channel's events add up to in
 * `t_*`; where something is left out, both are made anew here. Answers, by their place, the events that are new and
 * `e_wanted`, or messages that a change waits for (by their id, or by `w_person`), with the chat of messages; and as
 * `skipped`, untouched, those whose writer has no open chat. With `p_strict` there must be none such but duplicates.
 *
 * Look-ups are written as LATERAL with OFFSET 0 and sequential scans are off: from the first row on each is an index
 * probe, whatever the statistics say. Chats are locked in the order of their ids.
 */
export const RECEIVE_EVENTS = `
CREATE FUNCTION receive_events(
  p_at timestamptz, p_strict boolean,
  e_channel uuid[], e_key text[], e_outcome text[], e_reason text[], e_raw uuid[], e_received timestamptz[], e_times int[],
  e_wanted boolean[],
  w_channel uuid[], w_messenger text[], w_scope text[], w_external text[], w_person text[], w_messages int[],
  w_sent timestamptz[], w_preview text[],
  m_event int[], m_writer int[], m_nth int[], m_id uuid[], m_external text[], m_text text[], m_content text[],
  m_sent timestamptz[], m_preview text[],
  t_channel uuid[], t_received int[], t_stored int[], t_duplicate int[], t_ignored int[], t_refused int[],
  t_quarantined int[]
) RETURNS TABLE (event int, chat_id uuid, skipped boolean)
LANGUAGE plpgsql
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
  w_chat uuid[];
  homeless int[] := '{}';
  stale int[] := '{}';
  kept int := cardinality(m_id);
  affected int;
BEGIN
  IF cardinality(w_channel) > 0 THEN
    SELECT array_agg(c.id ORDER BY w.place) INTO w_chat
    FROM unnest(w_channel, w_messenger, w_scope, w_external) WITH ORDINALITY
      AS w (channel, messenger, scope, external, place)
    LEFT JOIN LATERAL (
      SELECT i.id FROM identities i
      WHERE i.messenger = w.messenger AND i.scope = w.scope AND i.external_id = w.external OFFSET 0
    ) AS i ON true
    LEFT JOIN LATERAL (
      SELECT c.id FROM chats c
      WHERE c.identity_id = i.id AND c.channel_id = w.channel AND c.status <> 'closed' OFFSET 0
    ) AS c ON true;
    IF array_position(w_chat, NULL) IS NOT NULL THEN
      SELECT array_agg(m.event) INTO homeless
      FROM unnest(m_event, m_writer) AS m (event, writer) WHERE w_chat[m.writer] IS NULL;
    END IF;
  END IF;

  INSERT INTO ledger (channel_id, event_key, outcome, reason, raw_id, received_at)
  SELECT e.channel, e.key, e.outcome, e.reason, e.raw, e.received
  FROM unnest(e_channel, e_key, e_outcome, e_reason, e_raw, e_received) WITH ORDINALITY
    AS e (channel, key, outcome, reason, raw, received, place)
  WHERE p_strict OR e.place <> ALL (homeless)
  ORDER BY e.channel, e.key
  ON CONFLICT (channel_id, event_key) DO NOTHING;
  GET DIAGNOSTICS affected = ROW_COUNT;

  IF affected < cardinality(e_key) THEN
    -- What was not entered just now has been there before.
    SELECT coalesce(array_agg(e.place), '{}') INTO stale
    FROM unnest(e_channel, e_key) WITH ORDINALITY AS e (channel, key, place)
    CROSS JOIN LATERAL (
      SELECT FROM ledger l
      WHERE l.channel_id = e.channel AND l.event_key = e.key AND l.xmin <> pg_current_xact_id()::xid OFFSET 0
    ) AS l;

    SELECT array_agg(n.nth ORDER BY n.place), count(*) FILTER (WHERE n.here) INTO m_nth, kept
    FROM (
      SELECT place, here, count(*) FILTER (WHERE here) OVER (PARTITION BY writer ORDER BY place) AS nth
      FROM (
        SELECT m.place, m.writer, m.event <> ALL (homeless) AND m.event <> ALL (stale) AS here
        FROM unnest(m_event, m_writer) WITH ORDINALITY AS m (event, writer, place)
      ) AS m
    ) AS n;
    SELECT array_agg(g.messages ORDER BY w.place), array_agg(g.sent ORDER BY w.place), array_agg(g.preview ORDER BY w.place)
    INTO w_messages, w_sent, w_preview
    FROM generate_series(1, cardinality(w_channel)) AS w (place)
    CROSS JOIN LATERAL (
      SELECT count(*) AS messages, max(m.sent) AS sent,
        (array_agg(m.preview ORDER BY m.sent DESC, m.place DESC))[1] AS preview
      FROM unnest(m_event, m_writer, m_sent, m_preview) WITH ORDINALITY AS m (event, writer, sent, preview, place)
      WHERE m.writer = w.place AND m.event <> ALL (homeless) AND m.event <> ALL (stale)
    ) AS g;
    SELECT array_agg(t.channel), array_agg(t.received), array_agg(t.stored), array_agg(t.received - t.fresh),
      array_agg(t.ignored), array_agg(t.refused), array_agg(t.quarantined)
    INTO t_channel, t_received, t_stored, t_duplicate, t_ignored, t_refused, t_quarantined
    FROM (
      SELECT channel, sum(times) AS received, count(*) FILTER (WHERE fresh) AS fresh,
        count(*) FILTER (WHERE fresh AND outcome = 'stored') AS stored,
        count(*) FILTER (WHERE fresh AND outcome = 'ignored') AS ignored,
        count(*) FILTER (WHERE fresh AND outcome = 'refused') AS refused,
        count(*) FILTER (WHERE fresh AND outcome = 'quarantined') AS quarantined
      FROM (
        SELECT channel, outcome, times, place <> ALL (stale) AS fresh
        FROM unnest(e_channel, e_outcome, e_times) WITH ORDINALITY AS e (channel, outcome, times, place)
        WHERE p_strict OR place <> ALL (homeless)
      ) AS e
      GROUP BY channel
    ) AS t;
  END IF;
  IF p_strict AND NOT homeless <@ stale THEN
    RAISE serialization_failure USING MESSAGE = 'A chat was closed before its message was stored';
  END IF;

  IF kept > 0 THEN
    WITH bumped AS (
      UPDATE chats c SET
        last_seq = c.last_seq + b.messages,
        inbound_count = c.inbound_count + b.messages,
        last_inbound_at = greatest(c.last_inbound_at, b.sent),
        last_message_preview = CASE WHEN b.sent >= coalesce(c.last_message_at, '-infinity')
          THEN b.preview ELSE c.last_message_preview END,
        last_message_direction = CASE WHEN b.sent >= coalesce(c.last_message_at, '-infinity')
          THEN 'inbound' ELSE c.last_message_direction END,
        last_message_at = greatest(c.last_message_at, b.sent)
      FROM (
        SELECT w.* FROM unnest(w_chat, w_messages, w_sent, w_preview) WITH ORDINALITY
          AS w (chat, messages, sent, preview, writer)
        WHERE w.messages > 0 ORDER BY w.chat OFFSET 0
      ) AS b
      WHERE c.id = b.chat AND c.status <> 'closed'
      RETURNING b.writer, c.id, c.last_seq - b.messages AS seq, c.inbound_count - b.messages AS ordinal,
        coalesce('{"agents":["' || c.agent_id || '"]}', '{"queues":["' || c.queue_id || '"]}')::jsonb AS audience
    ), numbered AS MATERIALIZED (
      SELECT m.*, b.id AS chat, b.seq + m.nth AS seq, b.ordinal + m.nth AS ordinal, b.audience
      FROM unnest(m_event, m_writer, m_nth, m_id, m_external, m_text, m_content, m_sent, m_preview)
        AS m (event, writer, nth, id, external, text, content, sent, preview)
      JOIN bumped b ON b.writer = m.writer
      WHERE m.event <> ALL (homeless) AND m.event <> ALL (stale)
    ), stored AS (
      INSERT INTO messages (id, chat_id, channel_id, seq, inbound_ordinal, direction, author_kind, external_id, text,
        content, sent_at, received_at)
      SELECT n.id, n.chat, w_channel[n.writer], n.seq, n.ordinal, 'inbound', 'contact', n.external, n.text,
        n.content::jsonb, n.sent, p_at
      FROM numbered n
    )
    INSERT INTO events (type, at, chat_id, seq, audience, data)
    SELECT 'message.received', p_at, n.chat, n.seq, n.audience,
      jsonb_build_object('messageId', n.id, 'preview', n.preview, 'inboundCount', n.ordinal)
    FROM numbered n;
    GET DIAGNOSTICS affected = ROW_COUNT;
    IF affected < kept THEN
      RAISE serialization_failure USING MESSAGE = 'A chat was closed before its message was stored';
    END IF;
  END IF;

  -- Sharded by session so that two nodes receiving for one channel never wait for each other.
  UPDATE ledger_totals t SET
    received = t.received + s.received,
    stored = t.stored + s.stored,
    duplicate = t.duplicate + s.duplicate,
    ignored = t.ignored + s.ignored,
    refused = t.refused + s.refused,
    quarantined = t.quarantined + s.quarantined
  FROM (
    SELECT * FROM unnest(t_channel, t_received, t_stored, t_duplicate, t_ignored, t_refused, t_quarantined)
      AS s (channel, received, stored, duplicate, ignored, refused, quarantined)
    ORDER BY s.channel OFFSET 0
  ) AS s
  WHERE t.channel_id = s.channel AND t.shard = pg_backend_pid() % 16;
  GET DIAGNOSTICS affected = ROW_COUNT;
  IF affected < cardinality(t_channel) THEN
    INSERT INTO ledger_totals AS t (channel_id, shard, received, stored, duplicate, ignored, refused, quarantined)
    SELECT s.channel, pg_backend_pid() % 16, s.received, s.stored, s.duplicate, s.ignored, s.refused, s.quarantined
    FROM unnest(t_channel, t_received, t_stored, t_duplicate, t_ignored, t_refused, t_quarantined)
      AS s (channel, received, stored, duplicate, ignored, refused, quarantined)
    WHERE NOT EXISTS (
      SELECT FROM ledger_totals o
      WHERE o.channel_id = s.channel AND o.shard = pg_backend_pid() % 16 AND o.xmin = pg_current_xact_id()::xid)
    ORDER BY s.channel
    ON CONFLICT (channel_id, shard) DO UPDATE SET
      received = t.received + excluded.received,
      stored = t.stored + excluded.stored,
      duplicate = t.duplicate + excluded.duplicate,
      ignored = t.ignored + excluded.ignored,
      refused = t.refused + excluded.refused,
      quarantined = t.quarantined + excluded.quarantined;
  END IF;

  IF NOT p_strict AND cardinality(homeless) > 0 THEN
    RETURN QUERY SELECT h, NULL::uuid, true FROM unnest(homeless) AS h;
  END IF;
  IF true = ANY (e_wanted) THEN
    RETURN QUERY
    SELECT e.place::int, (SELECT w_chat[m.writer] FROM unnest(m_event, m_writer) AS m (event, writer)
      WHERE m.event = e.place), false
    FROM unnest(e_wanted) WITH ORDINALITY AS e (wanted, place)
    WHERE e.wanted AND e.place <> ALL (homeless) AND e.place <> ALL (stale);
  END IF;
  IF kept > 0 AND EXISTS (SELECT FROM waiting_changes) THEN
    RETURN QUERY
    SELECT m.event, w_chat[m.writer], false
    FROM unnest(m_event, m_writer, m_external) AS m (event, writer, external)
    WHERE NOT e_wanted[m.event] AND m.event <> ALL (homeless) AND m.event <> ALL (stale) AND EXISTS (
      SELECT FROM waiting_changes x
      WHERE x.channel_id = w_channel[m.writer] AND x.target IN (m.external, w_person[m.writer]));
  END IF;
END $$`;
