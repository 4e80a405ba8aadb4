import { join } from 'node:path';
import pg from 'pg';
import { Passwords } from '../../../libs/identity/src/user/passwords.js';
import { chatsSql } from './chats.js';
import { partSql, WORDS } from './messages.js';
import { peopleSql } from './people.js';
import { fillSearch, noteSearchIsWhole } from './search.js';
import { PART, type SeedSize } from './size.js';

/** Of everybody there: `seeded1@example.com` to the last agent, and `seeded@example.com`, an admin. */
export const PASSWORD = 'a password for seeded people';

/**
 * Fills a migrated, empty database with agents, queues, channels, contacts, chats of two years and their messages. The
 * same size gives the same data but for the moment they count back from. Set-based, inside the database.
 */
export async function seed(url: string, size: SeedSize, say: (line: string) => void): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const began = Date.now();
    const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`;
    // Serial, so that random() draws in the same order every time.
    await client.query(`SET synchronous_commit = off; SET max_parallel_workers_per_gather = 0; SET work_mem = '64MB';
      SET maintenance_work_mem = '512MB'; SET timezone = 'UTC'`);
    await client.query(`SELECT set_config('seed.password', $1, false)`, [await new Passwords().hash(PASSWORD)]);
    for (const sql of [...peopleSql(size), ...chatsSql(size), WORDS]) await client.query(sql);
    say(`planned ${size.chats} chats (${seconds()})`);
    const indexes = await dropIndexes(client);
    for (let from = 0; from < size.chats; from += PART) {
      await client.query('BEGIN');
      for (const sql of partSql(from, from + PART)) await client.query(sql);
      await client.query('COMMIT');
      say(`wrote ${Math.min(from + PART, size.chats)} chats with their messages (${seconds()})`);
    }
    for (const { definition } of indexes) await client.query(definition);
    say(`indexed (${seconds()})`);
    await fillSearch(client);
    say(`can be searched (${seconds()})`);
    await client.query('VACUUM ANALYZE');
    await client.query('CHECKPOINT').catch(() => undefined);
    say(`done (${seconds()})`);
  } finally {
    await client.end();
  }
}

/** Where a server on the large data keeps its key: the database takes no other from the first start on. */
export function serverFolder(large: string): string {
  return join(large, 'server');
}

/** Seeds, unless there is data already. */
export async function seedOnce(url: string, size: SeedSize, say: (line: string) => void): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM chats LIMIT 1');
    if (rowCount === 0) return await seed(url, size, say);
    await noteSearchIsWhole(client);
  } finally {
    await client.end();
  }
}

/** Those of the messages but their primary key: built at the end they cost a quarter of growing with every row. */
async function dropIndexes(client: pg.Client): Promise<{ name: string; definition: string }[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes
     WHERE schemaname = 'public' AND tablename = 'messages' AND indexname <> 'messages_pkey'`,
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  return rows;
}
