import pg from 'pg';

/** After a run: every row has an id and a number of its own, and the chats' numbers add up. Throws when they do not. */
export async function checkStored(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<Record<'rows' | 'ids' | 'places' | 'counted', string>>(
    `SELECT count(*) AS rows, count(DISTINCT (channel_id, external_id)) AS ids, count(DISTINCT (chat_id, seq)) AS places,
       (SELECT sum(last_seq) FROM chats) AS counted
     FROM messages`,
  );
  await client.end();
  const { rows: stored, ids, places, counted } = rows[0]!;
  if (new Set([stored, ids, places, counted]).size !== 1) {
    throw new Error(`Stored ${stored} rows with ${ids} ids in ${places} places; chats count ${counted}`);
  }
  return `stored: ${stored} messages, as many distinct ids, as many places in chats`;
}
