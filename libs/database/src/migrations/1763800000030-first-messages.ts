import type { MigrationInterface, QueryRunner } from 'typeorm';
import { RECEIVE_IN_BUNDLES } from './1763800000019-event-bundles.js';

/** A new chat is written once, with its first messages; those of people without one are left out and nothing is made anew. */
export class FirstMessages1763800000030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(RECEIVE_FIRST_MESSAGES);
    await runner.query('ALTER TABLE chats SET (fillfactor = 80)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(RECEIVE_IN_BUNDLES);
    await runner.query('ALTER TABLE chats SET (fillfactor = 45)');
  }
}

/**
 * Takes a batch of events: enters them into the ledger, numbers and stores the messages among them in the open chats of
 * those who wrote, bumps each chat once, records what agents are told in one bundle, and adds to the ledger's sums.
 *
 * Events `e_*` are distinct by channel and key; `e_times` says how often each came in this batch. Messages `m_*` point to
 * their event and to their writer among `w_*`, counted from 1, in the order of arrival; `m_nth` numbers them per writer.
 * What a writer's messages add up to stands in `w_messages`, `w_sent` and `w_preview`; they are none where the chat was opened
 * with them in this transaction. What a channel's events add up to stands in `t_*`, ordered by channel, and what is left out
 * is taken off here. A column that is all the same may come empty: `e_outcome` (stored), `e_reason`, `e_raw` and `m_content`
 * (null), `e_times` (once), `e_wanted` (no); a preview that is null is the text itself. Answers, by their place, the events
 * that are new and `e_wanted`, or messages that a change waits for (by their id, or by `w_person`), with the chat of messages;
 * and as `skipped`, untouched, those whose writer has no open chat. With `p_strict` there must be none such but duplicates.
 *
 * Look-ups are written as LATERAL with OFFSET 0 and sequential scans are off: from the first row on each is an index
 * probe, whatever the statistics say. Chats are locked in the order of their ids. Of two calls that enter the same event at
 * the same time one fails with a unique violation, and finds it entered when it is made again.
 */
const RECEIVE_FIRST_MESSAGES = `
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
  c_writer int[]; c_seq int[]; c_ordinal int[]; c_whose uuid[]; c_held boolean[];
  homeless int[] := '{}';
  stale int[] := '{}';
  housed int := coalesce(cardinality(m_id), 0);
  affected int; account int; one int; came int;
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
      housed := housed - cardinality(homeless);
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

  IF affected + (NOT p_strict)::int * cardinality(homeless) < cardinality(e_key) THEN
    IF 0 = ANY (w_messages) THEN
      RAISE serialization_failure USING MESSAGE = 'A message for which a chat was opened came in elsewhere meanwhile';
    END IF;
    -- What was not entered just now has been there before. What is left is numbered anew, as if it had come alone.
    SELECT coalesce(array_agg(e.place), '{}') INTO stale
    FROM unnest(e_channel, e_key) WITH ORDINALITY AS e (channel, key, place)
    CROSS JOIN LATERAL (
      SELECT FROM ledger l
      WHERE l.channel_id = e.channel AND l.event_key = e.key AND l.xmin <> pg_current_xact_id()::xid OFFSET 0
    ) AS l
    WHERE p_strict OR e.place <> ALL (homeless);

    SELECT array_agg(m.nth ORDER BY m.place) INTO m_nth
    FROM (
      SELECT m.place, row_number() OVER (PARTITION BY m.writer, m.event = ANY (stale) ORDER BY m.place) AS nth
      FROM unnest(m_event, m_writer) WITH ORDINALITY AS m (event, writer, place)
    ) AS m;
    SELECT array_agg(w.messages ORDER BY w.writer), array_agg(w.sent ORDER BY w.writer),
      array_agg(w.preview ORDER BY w.writer), sum(w.messages) FILTER (WHERE w_chat[w.writer] IS NOT NULL)
    INTO w_messages, w_sent, w_preview, housed
    FROM (
      SELECT m.writer, count(*) FILTER (WHERE m.fresh) AS messages, max(m.sent) FILTER (WHERE m.fresh) AS sent,
        (array_agg(m.preview ORDER BY m.sent DESC, m.place DESC) FILTER (WHERE m.fresh))[1] AS preview
      FROM (
        SELECT m.writer, m.sent, coalesce(m.preview, m.text) AS preview, m.place, m.event <> ALL (stale) AS fresh
        FROM unnest(m_event, m_writer, m_sent, m_preview, m_text) WITH ORDINALITY
          AS m (event, writer, sent, preview, text, place)
      ) AS m
      GROUP BY m.writer
    ) AS w;

    FOREACH one IN ARRAY stale LOOP
      account := array_position(t_channel, e_channel[one]);
      t_duplicate[account] := t_duplicate[account] + 1;
      CASE coalesce(e_outcome[one], 'stored')
        WHEN 'stored' THEN t_stored[account] := t_stored[account] - 1;
        WHEN 'ignored' THEN t_ignored[account] := t_ignored[account] - 1;
        WHEN 'refused' THEN t_refused[account] := t_refused[account] - 1;
        ELSE t_quarantined[account] := t_quarantined[account] - 1;
      END CASE;
    END LOOP;
  END IF;
  IF p_strict AND NOT homeless <@ stale THEN
    RAISE serialization_failure USING MESSAGE = 'A chat was closed before its message was stored';
  ELSIF NOT p_strict THEN
    FOREACH one IN ARRAY homeless LOOP
      account := array_position(t_channel, e_channel[one]);
      came := coalesce(e_times[one], 1);
      t_received[account] := t_received[account] - came;
      t_stored[account] := t_stored[account] - 1;
      t_duplicate[account] := t_duplicate[account] - came + 1;
    END LOOP;
  END IF;

  IF housed > 0 THEN
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
        WHERE w.messages > 0
        ORDER BY w.chat OFFSET 0
      ) AS b
      WHERE c.id = b.chat AND c.status <> 'closed'
      RETURNING b.writer, c.last_seq - b.messages AS seq, c.inbound_count - b.messages AS ordinal,
        coalesce(c.agent_id, c.queue_id) AS whose, c.agent_id IS NOT NULL AS held
    )
    SELECT array_agg(writer ORDER BY writer), array_agg(seq ORDER BY writer), array_agg(ordinal ORDER BY writer),
      array_agg(whose ORDER BY writer), array_agg(held ORDER BY writer)
    INTO c_writer, c_seq, c_ordinal, c_whose, c_held
    FROM bumped;
    IF coalesce(cardinality(c_writer), 0) < cardinality(w_chat) THEN
      -- Those whose chat was opened just now, and, in their places, those who say nothing here.
      SELECT array_agg(seq ORDER BY writer), array_agg(ordinal ORDER BY writer), array_agg(whose ORDER BY writer),
        array_agg(held ORDER BY writer)
      INTO c_seq, c_ordinal, c_whose, c_held
      FROM (
        SELECT * FROM unnest(c_writer, c_seq, c_ordinal, c_whose, c_held) AS b (writer, seq, ordinal, whose, held) UNION ALL
        SELECT w.writer, 0, 0, c.queue_id, false
        FROM unnest(w_chat, w_messages) WITH ORDINALITY AS w (chat, messages, writer)
        LEFT JOIN LATERAL (SELECT c.queue_id FROM chats c WHERE c.id = w.chat OFFSET 0) AS c ON true
        WHERE w.chat IS NULL OR w.messages = 0
      ) AS w;
      IF cardinality(c_seq) IS DISTINCT FROM cardinality(w_chat) THEN
        RAISE serialization_failure USING MESSAGE = 'A chat was closed before its message was stored';
      END IF;
    END IF;

    WITH numbered AS MATERIALIZED (
      SELECT m.*, w_chat[m.writer] AS chat, c_seq[m.writer] + m.nth AS seq, c_ordinal[m.writer] + m.nth AS ordinal
      FROM unnest(m_event, m_writer, m_nth, m_id, m_external, m_text, m_content, m_sent, m_preview)
        AS m (event, writer, nth, id, external, text, content, sent, preview)
      WHERE w_chat[m.writer] IS NOT NULL AND m.event <> ALL (stale)
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
    CONTINUE WHEN t_received[i] = 0;
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
  IF housed > 0 AND EXISTS (SELECT FROM waiting_changes) THEN
    RETURN QUERY
    SELECT m.event, w_chat[m.writer], false
    FROM unnest(m_event, m_writer, m_external) AS m (event, writer, external)
    WHERE w_chat[m.writer] IS NOT NULL AND m.event <> ALL (stale) AND e_wanted[m.event] IS NOT TRUE AND EXISTS (
      SELECT FROM waiting_changes x
      WHERE x.channel_id = w_channel[m.writer] AND x.target IN (m.external, w_person[m.writer]));
  END IF;
END $$`;
