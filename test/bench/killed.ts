import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { untilItDies, type Post } from './load.js';
import type { Page } from './page.js';
import { messengerWebhooks } from './webhooks.js';

const ENOUGH = 200_000;
const AFTER_MS = 1_500;

/**
 * The server is killed under full load, and what it had acknowledged is looked for in the database. Throws when something
 * is missing or doubled. The server is gone afterwards.
 */
export async function killUnderLoad(page: Page, url: string): Promise<string> {
  const posts = messengerWebhooks({ path: page.path, webhooks: ENOUGH, people: 500 });
  const load = untilItDies(page.port, 64, posts);
  await pause(AFTER_MS);
  process.kill(page.pid, 'SIGKILL');
  const acknowledged = await load;
  const ids = acknowledged.map((index) => idOf(posts[index]!));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ found: string }>(
    'SELECT count(*) AS found FROM messages WHERE external_id = ANY ($1::text[])',
    [ids],
  );
  await client.end();
  const found = Number(rows[0]!.found);
  if (ids.length === 0 || ids.length === ENOUGH) throw new Error('The server was not killed under load');
  if (found !== ids.length)
    throw new Error(`${ids.length} messages were acknowledged before the kill, ${found} are there`);
  return `killed under load: ${ids.length} messages were acknowledged, as many are there`;
}

function idOf({ body }: Post): string {
  return /"mid":"([^"]+)"/.exec(body)![1]!;
}
