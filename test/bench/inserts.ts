import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

export interface InsertResult {
  readonly perSecond: number;
  /** Of one insert, in milliseconds. */
  readonly latency: number;
}

const TABLE = 'bench_messages';
/** Filled in by pgbench and by our own loop alike. */
const INSERT = (id: string, chat: string, seq: string) => `
  INSERT INTO ${TABLE} (id, chat_id, channel_id, seq, inbound_ordinal, direction, author_kind, external_id, text, sent_at,
    received_at)
  VALUES (${id}, ${chat}, '0199a3c4-1111-7c2e-9b4d-2f6f3f0b8a11', ${seq}, 1, 'inbound', 'contact',
    'm_' || ${id}::text, 'Is the oak lamp there?', now(), now())`;

/** A copy of the messages table with its indexes, for single-row inserts, each its own transaction. */
export async function prepareInserts(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`DROP TABLE IF EXISTS ${TABLE}; CREATE TABLE ${TABLE} (LIKE messages INCLUDING ALL)`);
  await client.end();
}

export function hasPgbench(): boolean {
  return spawnSync('pgbench', ['--version']).status === 0;
}

/** Durable single-row inserts for `seconds`, by pgbench where it is installed, else by a loop of our own. */
export function singleRowInserts(url: string, clients: number, seconds: number): Promise<InsertResult> {
  return hasPgbench() ? Promise.resolve(byPgbench(url, clients, seconds)) : byOurselves(url, clients, seconds);
}

function byPgbench(url: string, clients: number, seconds: number): InsertResult {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const script = join(folder, 'insert.sql');
  writeFileSync(script, `${INSERT('gen_random_uuid()', 'gen_random_uuid()', '1')};`.replaceAll('\n', ' '));
  const args = ['-n', '-M', 'prepared', '-f', script, '-c', String(clients), '-j', '1', '-T', String(seconds), url];
  const { stdout, stderr, status } = spawnSync('pgbench', args, { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  if (status !== 0) throw new Error(`pgbench failed: ${stderr}`);
  return {
    perSecond: Number(/tps = ([\d.]+)/.exec(stdout)![1]),
    latency: Number(/latency average = ([\d.]+) ms/.exec(stdout)![1]),
  };
}

async function byOurselves(url: string, clients: number, seconds: number): Promise<InsertResult> {
  const pool = Array.from({ length: clients }, () => new pg.Client({ connectionString: url }));
  await Promise.all(pool.map((client) => client.connect()));
  const until = performance.now() + seconds * 1000;
  let rows = 0;
  await Promise.all(
    pool.map(async (client) => {
      while (performance.now() < until) {
        await client.query({ name: 'insert', text: INSERT('gen_random_uuid()', 'gen_random_uuid()', '1') });
        rows += 1;
      }
    }),
  );
  await Promise.all(pool.map((client) => client.end()));
  return { perSecond: rows / seconds, latency: (seconds * 1000 * clients) / rows };
}
