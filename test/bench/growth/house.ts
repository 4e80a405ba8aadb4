import { join } from 'node:path';
import pg from 'pg';
import { migrate, openEmbeddedPostgres } from '#database';
import { closedLoop } from '../load.js';
import { connectPage } from '../page.js';
import type { Latencies } from '../reading/latencies.js';
import { Reader } from '../reading/reader.js';
import type { Measured } from '../report.js';
import { PASSWORD, seedOnce, serverFolder } from '../seed/seed.js';
import { LARGE, type SeedSize } from '../seed/size.js';
import { messengerWebhooks } from '../webhooks.js';

const ADMIN = { email: 'seeded@example.com', password: PASSWORD };
/** The first of those who hold more than a page of open chats. */
const AGENT = { email: 'seeded1@example.com', password: PASSWORD };
/** As many events in the log of every size. */
const EVENTS_FIRST = 2_000;
const PEOPLE = 500;

interface Listed {
  readonly id: string;
  readonly contact: { readonly id: string };
}

/** A list, who asks for it, and what for: several paths are asked in turns. */
interface Asked {
  readonly reader: Reader;
  readonly paths: readonly string[];
}

/** The whole server on data of one size. */
export class GrownHouse {
  private constructor(
    private readonly opened: readonly { stop(): Promise<unknown> }[],
    private readonly page: Awaited<ReturnType<typeof connectPage>>,
    readonly lists: Readonly<Record<string, Asked>>,
  ) {}

  static async open(folder: string): Promise<GrownHouse> {
    const opened: { stop(): Promise<unknown> }[] = [];
    try {
      const embedded = await openEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: () => undefined });
      opened.unshift(embedded);
      const page = await connectPage(embedded.url, serverFolder(folder), ADMIN);
      opened.unshift(page);
      await closedLoop(page.port, 64, webhooks(page.path, EVENTS_FIRST));
      const [admin, agent] = [await Reader.signIn(page.port, ADMIN), await Reader.signIn(page.port, AGENT)];
      const lists = await listsOf(admin, agent, await searched(embedded.url));
      return new GrownHouse(opened, page, lists);
    } catch (error) {
      await stopAll(opened);
      throw error;
    }
  }

  /** Before each round: it is signed in for minutes only. */
  async signInAgain(): Promise<void> {
    for (const reader of new Set(Object.values(this.lists).map((list) => list.reader))) await reader.signInAgain();
  }

  list(name: string, calls: number): Promise<Latencies> {
    const { reader, paths } = this.lists[name]!;
    return reader.route(paths, calls);
  }

  /** Webhooks of one message each, 64 connections. */
  receive(count: number): Promise<Measured> {
    return closedLoop(this.page.port, 64, webhooks(this.page.path, count));
  }

  async stop(): Promise<void> {
    for (const { reader } of Object.values(this.lists)) reader.close();
    await stopAll(this.opened);
  }
}

async function stopAll(opened: readonly { stop(): Promise<unknown> }[]): Promise<void> {
  for (const one of opened) await one.stop();
}

/** A directory with data of this size. What earlier runs received counts in the small ones: those are filled anew. */
export async function prepare(folder: string, size: SeedSize, say: (line: string) => void): Promise<void> {
  const embedded = await openEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: () => undefined });
  try {
    if (size.messages < LARGE.messages) await empty(embedded.url);
    await migrate(embedded.url);
    await seedOnce(embedded.url, size, say);
  } finally {
    await embedded.stop();
  }
}

async function empty(url: string): Promise<void> {
  const server = new URL(url);
  const database = server.pathname.slice(1);
  server.pathname = 'postgres';
  const client = new pg.Client({ connectionString: server.href });
  await client.connect();
  await client.query(`DROP DATABASE ${database} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${database}`);
  await client.end();
}

function webhooks(path: string, count: number) {
  return messengerWebhooks({ path, webhooks: count, people: PEOPLE });
}

/** What to look for in what was seeded: a word that one message has, and until when it goes; what is received has other words. */
async function searched(url: string): Promise<{ order: string; until: string }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows: said } = await client.query<{ text: string }>(
    `SELECT text FROM messages WHERE text LIKE '% order 1%' ORDER BY id LIMIT 1`,
  );
  const { rows: opened } = await client.query<{ until: Date }>(
    `SELECT max(c.opened_at) AS until FROM chats c JOIN channels h ON h.id = c.channel_id WHERE h.name LIKE 'Seeded%'`,
  );
  await client.end();
  return { order: /order (\d+)/.exec(said[0]!.text)![1]!, until: opened[0]!.until.toISOString() };
}

async function listsOf(
  admin: Reader,
  agent: Reader,
  { order, until }: { order: string; until: string },
): Promise<Readonly<Record<string, Asked>>> {
  const mine = await agent.read<{ data: Listed[] }>('/v1/chats?limit=50');
  const closed = await agent.read<{ data: Listed[] }>('/v1/chats?filter=closed&limit=50');
  const chats = [...mine.data, ...closed.data];
  const events = await admin.read<{ data: { id: string }[] }>('/v1/events?limit=100');
  if (mine.data.length < 50 || events.data.length < 100) throw new Error('There is less than a page to be listed');
  const by = (reader: Reader, ...paths: readonly string[]) => ({ reader, paths });
  return {
    'unread totals': by(agent, '/v1/me/unread-chats-count'),
    'my open chats': by(agent, '/v1/chats?limit=50'),
    'waiting chats': by(agent, '/v1/chats?filter=waiting&limit=50'),
    'my closed chats': by(agent, '/v1/chats?filter=closed&limit=50'),
    'all chats': by(admin, '/v1/chats?filter=all&limit=50'),
    'all closed chats': by(admin, '/v1/chats?filter=closed&limit=50'),
    'closed, by name': by(admin, '/v1/chats?filter=closed&limit=50&text=moreau'),
    'one chat': by(agent, ...chats.map(({ id }) => `/v1/chats/${id}`)),
    conversation: by(agent, ...chats.map(({ id }) => `/v1/chats/${id}/conversation?limit=50`)),
    messages: by(agent, ...chats.map(({ id }) => `/v1/chats/${id}/messages?limit=50`)),
    timeline: by(admin, ...chats.map(({ contact }) => `/v1/contacts/${contact.id}/timeline?limit=50`)),
    events: by(admin, '/v1/events?limit=100'),
    'contacts, by name': by(admin, '/v1/contacts?limit=50&text=moreau'),
    'search: a common word': by(admin, `/v1/search?limit=50&q=order&to=${until}`),
    'search: a rare word': by(admin, `/v1/search?limit=50&q=${order}&to=${until}`),
    'search: an agent’s': by(agent, `/v1/search?limit=50&q=shipping&to=${until}`),
  };
}
