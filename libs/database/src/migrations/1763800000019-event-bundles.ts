import type { MigrationInterface, QueryRunner } from 'typeorm';
import { RECEIVE_FASTER } from './1763800000018-receive-faster.js';

/** One row of the event log tells of all messages that a batch received. */
export class EventBundles1763800000019 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(BUNDLES);
    await runner.query(RECEIVE_IN_BUNDLES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(RECEIVE_FASTER);
    await runner.query(UNBUNDLE);
  }
}

/**
 * A bundle is an event row whose arrays hold, each at the same place, one event per message received. Ids grow by 256 a
 * row: the events of a bundle have those from the row's on, so that each is a place in the log of its own. `logged_events` is
 * the log event by event, with JSON as text: that is how it is handed on, and making documents first took most of the reading. Who reads on from a place gives `row_id` too (no row that begins 256 or more before it reaches
 * beyond it), and orders by `txid, row_id, place`: that is the order of the primary key, so few rows are opened.
 */
const BUNDLES = `
  ALTER TABLE events
    ADD chat_ids uuid[], ADD seqs int[], ADD owner_ids uuid[], ADD owned_by_agents boolean[], ADD message_ids uuid[],
    ADD previews text[], ADD inbound_ordinals int[];
  COMMENT ON COLUMN events.message_ids IS 'null = the row is one event; else a bundle: one event per element, as in the other arrays';
  ALTER TABLE events ALTER id SET INCREMENT BY 256;
  -- Bundles of usual size stay in their row, larger ones go elsewhere as they are.
  ALTER TABLE events SET (toast_tuple_target = 8160);
  ALTER TABLE events ALTER chat_ids SET STORAGE EXTERNAL, ALTER seqs SET STORAGE EXTERNAL,
    ALTER owner_ids SET STORAGE EXTERNAL, ALTER owned_by_agents SET STORAGE EXTERNAL,
    ALTER message_ids SET STORAGE EXTERNAL, ALTER previews SET STORAGE EXTERNAL,
    ALTER inbound_ordinals SET STORAGE EXTERNAL;

  CREATE VIEW logged_events AS
  SELECT e.txid, e.id AS row_id, each.place, e.id + each.place AS id, e.type, e.at, each.chat_id, each.seq, each.audience,
    each.data
  FROM events e
  CROSS JOIN LATERAL (
    SELECT 0 AS place, e.chat_id, e.seq, e.audience::text AS audience, e.data::text AS data WHERE e.message_ids IS NULL
    UNION ALL
    SELECT (m.place - 1)::int, m.chat_id, m.seq,
      CASE WHEN m.by_agent THEN '{"agents":["' ELSE '{"queues":["' END || m.owner_id || '"]}',
      '{"messageId":"' || m.id || '","preview":' || to_json(m.preview) || ',"inboundCount":' || m.ordinal || '}'
    FROM unnest(e.chat_ids, e.seqs, e.owner_ids, e.owned_by_agents, e.message_ids, e.previews, e.inbound_ordinals)
      WITH ORDINALITY AS m (chat_id, seq, owner_id, by_agent, id, preview, ordinal, place)
    WHERE e.message_ids IS NOT NULL
  ) AS each`;

/** Bundles become rows of their own, in their places. */
const UNBUNDLE = `
  INSERT INTO events (id, txid, type, at, chat_id, seq, audience, data) OVERRIDING SYSTEM VALUE
  SELECT id, txid, type, at, chat_id, seq, audience::jsonb, data::jsonb FROM logged_events WHERE place > 0;
  UPDATE events e SET chat_id = l.chat_id, seq = l.seq, audience = l.audience::jsonb, data = l.data::jsonb
  FROM logged_events l WHERE e.message_ids IS NOT NULL AND l.txid = e.txid AND l.row_id = e.id AND l.place = 0;
  DROP VIEW logged_events;
  ALTER TABLE events DROP chat_ids, DROP seqs, DROP owner_ids, DROP owned_by_agents, DROP message_ids, DROP previews,
    DROP inbound_ordinals;
  ALTER TABLE events RESET (toast_tuple_target);
  ALTER TABLE events ALTER id SET INCREMENT BY 1`;

/**
 * Takes a batch of events: enters them into the ledger, numbers and stores the messages among them in the open chats of
 * those who wrote, bumps each chat once, records what agents are told in one bundle, and adds to the ledger's sums.
 *
 * Events `e_*` are distinct by channel and key; `e_times` says how often each came in this batch. Messages `m_*` point to
 * their event and to their writer among `w_*`, counted from 1, in the order of arrival; `m_nth` numbers them per writer.
 * What a writer's messages add up to stands in `w_messages`, `w_sent` and `w_preview`, what a channel's events add up to in
 * `t_*`, ordered by channel; where something is left out, all are made anew here. A column that is all the same may come empty: `e_outcome`
 * (stored), `e_reason`, `e_raw` and `m_content` (null), `e_times` (once), `e_wanted` (no); a preview that is null is the
 * text itself. Answers, by their place, the events that are new and `e_wanted`, or messages that a change waits for (by
 * their id, or by `w_person`), with the chat of messages; and as `skipped`, untouched, those whose writer has no open chat.
 * With `p_strict` there must be none such but duplicates.
 *
 * Look-ups are written as LATERAL with OFFSET 0 and sequential scans are off: from the first row on each is an index
 * probe, whatever the statistics say. Chats are locked in the order of their ids. Of two calls that enter the same event at
 * the same time one fails with a unique violation, and finds it entered when it is made again.
 */
export const RECEIVE_IN_BUNDLES = `
CREATE OR REPLACE FUNCTION receive_events(
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
  c_seq int[];
  c_ordinal int[];
  c_whose uuid[];
  c_held boolean[];
  n_writer int[];
  homeless int[] := '{}';
  stale int[] := '{}';
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

  -- Who is looked up first is written without a speculative insertion; two who insert the same at once: one fails and begins anew.
  INSERT INTO ledger (channel_id, event_key, outcome, reason, raw_id, received_at)
  SELECT e.channel, e.key, coalesce(e.outcome, 'stored'), e.reason, e.raw, e.received
  FROM unnest(e_channel, e_key, e_outcome, e_reason, e_raw, e_received) WITH ORDINALITY
    AS e (channel, key, outcome, reason, raw, received, place)
  LEFT JOIN LATERAL (
    SELECT true AS entered FROM ledger l WHERE l.channel_id = e.channel AND l.event_key = e.key OFFSET 0
  ) AS l ON true
  WHERE l.entered IS NULL AND (p_strict OR e.place <> ALL (homeless))
  ORDER BY e.channel, e.key;
  GET DIAGNOSTICS affected = ROW_COUNT;

  IF affected < cardinality(e_key) THEN
    -- What was not entered just now has been there before. What is left is made anew, as if it had come alone.
    SELECT coalesce(array_agg(e.place), '{}') INTO stale
    FROM unnest(e_channel, e_key) WITH ORDINALITY AS e (channel, key, place)
    CROSS JOIN LATERAL (
      SELECT FROM ledger l
      WHERE l.channel_id = e.channel AND l.event_key = e.key AND l.xmin <> pg_current_xact_id()::xid OFFSET 0
    ) AS l;

    SELECT array_agg(m.event ORDER BY m.place), array_agg(m.writer ORDER BY m.place), array_agg(m.again ORDER BY m.place),
      array_agg(m.nth ORDER BY m.place), array_agg(m.id ORDER BY m.place), array_agg(m.external ORDER BY m.place),
      array_agg(m.text ORDER BY m.place), array_agg(m.content ORDER BY m.place), array_agg(m.sent ORDER BY m.place),
      array_agg(m.preview ORDER BY m.place)
    INTO m_event, m_writer, n_writer, m_nth, m_id, m_external, m_text, m_content, m_sent, m_preview
    FROM (
      SELECT m.place, m.event, m.writer, m.id, m.external, m.text, m.content, m.sent, m.preview,
        dense_rank() OVER (ORDER BY m.writer) AS again,
        row_number() OVER (PARTITION BY m.writer ORDER BY m.place) AS nth
      FROM unnest(m_event, m_writer, m_id, m_external, m_text, m_content, m_sent, m_preview) WITH ORDINALITY
        AS m (event, writer, id, external, text, content, sent, preview, place)
      WHERE m.event <> ALL (homeless) AND m.event <> ALL (stale)
    ) AS m;
    SELECT array_agg(w_chat[g.writer] ORDER BY g.writer), array_agg(w_channel[g.writer] ORDER BY g.writer),
      array_agg(w_person[g.writer] ORDER BY g.writer), array_agg(g.messages ORDER BY g.writer),
      array_agg(g.sent ORDER BY g.writer), array_agg(g.preview ORDER BY g.writer)
    INTO w_chat, w_channel, w_person, w_messages, w_sent, w_preview
    FROM (
      SELECT m.writer, count(*) AS messages, max(m.sent) AS sent,
        (array_agg(coalesce(m.preview, m.text) ORDER BY m.sent DESC, m.place DESC))[1] AS preview
      FROM unnest(m_writer, m_sent, m_preview, m_text) WITH ORDINALITY AS m (writer, sent, preview, text, place)
      GROUP BY m.writer
    ) AS g;
    m_writer := n_writer;

    SELECT array_agg(t.channel ORDER BY t.channel), array_agg(t.received ORDER BY t.channel),
      array_agg(t.stored ORDER BY t.channel), array_agg(t.received - t.fresh ORDER BY t.channel),
      array_agg(t.ignored ORDER BY t.channel), array_agg(t.refused ORDER BY t.channel),
      array_agg(t.quarantined ORDER BY t.channel)
    INTO t_channel, t_received, t_stored, t_duplicate, t_ignored, t_refused, t_quarantined
    FROM (
      SELECT channel, sum(times) AS received, count(*) FILTER (WHERE fresh) AS fresh,
        count(*) FILTER (WHERE fresh AND outcome = 'stored') AS stored,
        count(*) FILTER (WHERE fresh AND outcome = 'ignored') AS ignored,
        count(*) FILTER (WHERE fresh AND outcome = 'refused') AS refused,
        count(*) FILTER (WHERE fresh AND outcome = 'quarantined') AS quarantined
      FROM (
        SELECT channel, coalesce(outcome, 'stored') AS outcome, coalesce(times, 1) AS times, place <> ALL (stale) AS fresh
        FROM unnest(e_channel, e_outcome, e_times) WITH ORDINALITY AS e (channel, outcome, times, place)
        WHERE p_strict OR place <> ALL (homeless)
      ) AS e
      GROUP BY channel
    ) AS t;
  END IF;
  IF p_strict AND NOT homeless <@ stale THEN
    RAISE serialization_failure USING MESSAGE = 'A chat was closed before its message was stored';
  END IF;

  IF cardinality(m_id) > 0 THEN
    -- Answered as arrays by the writer's place: a join of one row a message with one row a writer is as slow as their product.
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
        ORDER BY w.chat OFFSET 0
      ) AS b
      WHERE c.id = b.chat AND c.status <> 'closed'
      RETURNING b.writer, c.last_seq - b.messages AS seq, c.inbound_count - b.messages AS ordinal,
        coalesce(c.agent_id, c.queue_id) AS whose, c.agent_id IS NOT NULL AS held
    )
    SELECT array_agg(seq ORDER BY writer), array_agg(ordinal ORDER BY writer), array_agg(whose ORDER BY writer),
      array_agg(held ORDER BY writer), count(*)
    INTO c_seq, c_ordinal, c_whose, c_held, affected
    FROM bumped;
    IF affected < cardinality(w_chat) THEN
      RAISE serialization_failure USING MESSAGE = 'A chat was closed before its message was stored';
    END IF;

    WITH numbered AS MATERIALIZED (
      SELECT m.*, w_chat[m.writer] AS chat, c_seq[m.writer] + m.nth AS seq, c_ordinal[m.writer] + m.nth AS ordinal
      FROM unnest(m_writer, m_nth, m_id, m_external, m_text, m_content, m_sent, m_preview)
        AS m (writer, nth, id, external, text, content, sent, preview)
    ), stored AS (
      INSERT INTO messages (id, chat_id, channel_id, seq, inbound_ordinal, direction, author_kind, external_id, text,
        content, sent_at, received_at)
      SELECT n.id, n.chat, w_channel[n.writer], n.seq, n.ordinal, 'inbound', 'contact', n.external, n.text,
        n.content::jsonb, n.sent, p_at
      FROM numbered n
    )
    INSERT INTO events (type, at, audience, data, chat_ids, seqs, owner_ids, owned_by_agents, message_ids, previews,
      inbound_ordinals)
    SELECT 'message.received', p_at, '{}', '{}', array_agg(n.chat), array_agg(n.seq), array_agg(c_whose[n.writer]),
      array_agg(c_held[n.writer]), array_agg(n.id), array_agg(coalesce(n.preview, n.text)), array_agg(n.ordinal)
    FROM numbered n;
  END IF;

  -- Sharded by session so that two nodes receiving for one channel never wait for each other. In the order of channels.
  FOR i IN 1 .. coalesce(cardinality(t_channel), 0) LOOP
    UPDATE ledger_totals t SET
      received = t.received + t_received[i],
      stored = t.stored + t_stored[i],
      duplicate = t.duplicate + t_duplicate[i],
      ignored = t.ignored + t_ignored[i],
      refused = t.refused + t_refused[i],
      quarantined = t.quarantined + t_quarantined[i]
    WHERE t.channel_id = t_channel[i] AND t.shard = pg_backend_pid() % 16;
    IF NOT FOUND THEN
      INSERT INTO ledger_totals AS t (channel_id, shard, received, stored, duplicate, ignored, refused, quarantined)
      VALUES (t_channel[i], pg_backend_pid() % 16, t_received[i], t_stored[i], t_duplicate[i], t_ignored[i], t_refused[i],
        t_quarantined[i])
      ON CONFLICT (channel_id, shard) DO UPDATE SET
        received = t.received + excluded.received,
        stored = t.stored + excluded.stored,
        duplicate = t.duplicate + excluded.duplicate,
        ignored = t.ignored + excluded.ignored,
        refused = t.refused + excluded.refused,
        quarantined = t.quarantined + excluded.quarantined;
    END IF;
  END LOOP;

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
  IF cardinality(m_id) > 0 AND EXISTS (SELECT FROM waiting_changes) THEN
    RETURN QUERY
    SELECT m.event, w_chat[m.writer], false
    FROM unnest(m_event, m_writer, m_external) AS m (event, writer, external)
    WHERE e_wanted[m.event] IS NOT TRUE AND EXISTS (
      SELECT FROM waiting_changes x
      WHERE x.channel_id = w_channel[m.writer] AND x.target IN (m.external, w_person[m.writer]));
  END IF;
END $$`;
