import type pg from 'pg';

/**
 * What messages are found by, as the server would have copied it message by message: for seeded texts its words are those
 * of the `simple` configuration. Indexes are built at the end.
 */
export async function fillSearch(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes
     WHERE tablename = 'search_messages' AND indexname <> 'search_messages_pkey'`,
  );
  await client.query('BEGIN');
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  await client.query(`INSERT INTO search_messages (chat_id, seq, at, words)
    SELECT chat_id, seq, sent_at, to_tsvector('simple', text) FROM messages
    WHERE direction <> 'system' AND text IS NOT NULL ORDER BY chat_id, seq
    ON CONFLICT DO NOTHING`);
  for (const { definition } of rows) await client.query(definition);
  await client.query(`INSERT INTO search_holders (chat_id, agent_id, first_at, last_at)
    SELECT s.chat_id, h.agent_id, s.first_at, s.last_at
    FROM (SELECT chat_id, min(at) AS first_at, max(at) AS last_at FROM search_messages GROUP BY chat_id) AS s
    JOIN (SELECT id AS chat_id, agent_id FROM chats WHERE agent_id IS NOT NULL
      UNION SELECT chat_id, agent_id FROM chat_ownerships) AS h ON h.chat_id = s.chat_id
    ON CONFLICT DO NOTHING`);
  await client.query(`INSERT INTO search_progress (txid, event_id, read_at)
    VALUES (pg_snapshot_xmin(pg_current_snapshot()), 0, clock_timestamp())
    ON CONFLICT (only_one) DO UPDATE SET txid = excluded.txid, read_at = excluded.read_at, older_than = NULL`);
  await client.query('COMMIT');
}

/** The server would read everything anew where the last run was long ago. */
export async function noteSearchIsWhole(client: pg.Client): Promise<void> {
  await client.query('UPDATE search_progress SET read_at = clock_timestamp()');
}
