import type { DataSource } from 'typeorm';
import pg from 'pg';
import { Database, openDataSource } from '#database';
import { ChatListRepository } from '../../../libs/chats/src/chat/chat-list.repository.js';
import { UnreadRepository } from '../../../libs/chats/src/chat/unread.repository.js';
import { PASSWORD } from '../seed/seed.js';
import { latenciesOf, type Latencies } from './latencies.js';

const ONE_CHAT = { name: 'bench-one-chat', text: 'SELECT * FROM chats WHERE id = $1' };
/** What a caller gets at most on a page, and one more to know whether there are more. */
const PAGE = 51;

/** The statements of the product on a seeded database, over the product's own door and one connection. */
export class SeededHouse {
  private turn = 0;

  private constructor(
    private readonly dataSource: DataSource,
    private readonly database: Database,
    private readonly agents: readonly string[],
    /** With more open chats than a page shows. */
    private readonly busy: readonly { readonly id: string; readonly email: string }[],
    private readonly chats: readonly string[],
  ) {}

  static async open(url: string): Promise<SeededHouse> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const ids = async (text: string) => (await client.query<{ id: string }>(text)).rows.map(({ id }) => id);
    const agents = await ids(`SELECT user_id AS id FROM agents ORDER BY md5(user_id::text)`);
    const chats = await ids(`SELECT id FROM chats WHERE closed_at IS NULL ORDER BY md5(id::text) LIMIT 1000`);
    const { rows: busy } = await client.query<{ id: string; email: string }>(
      `SELECT a.user_id AS id, u.email FROM agents a JOIN users u ON u.id = a.user_id
       WHERE a.open_chats >= ${PAGE} AND u.email LIKE 'seeded%' ORDER BY u.email`,
    );
    await client.end();
    if (busy.length === 0) throw new Error('No agent holds a page of open chats: this database was not seeded');
    const dataSource = await openDataSource({ url, poolSize: 1 });
    return new SeededHouse(dataSource, new Database(dataSource), agents, busy, chats);
  }

  get someone(): { email: string; password: string } {
    return { email: this.busy[0]!.email, password: PASSWORD };
  }

  close(): Promise<void> {
    return this.dataSource.destroy();
  }

  /** The floor: one row by its primary key. */
  select(calls: number): Promise<Latencies> {
    return latenciesOf(calls, () => this.database.row(ONE_CHAT, [this.next(this.chats)]));
  }

  unread(calls: number): Promise<Latencies> {
    const unread = new UnreadRepository(this.database);
    return latenciesOf(calls, () => unread.of(this.next(this.agents)));
  }

  /** Fifty rows of open chats with preview, unread messages, names and what may be sent. */
  list(calls: number): Promise<Latencies> {
    const list = new ChatListRepository(this.database);
    return latenciesOf(calls, async () => {
      const reader = { userId: this.next(this.busy).id, seesAll: false };
      const found = await list.mine({ reader, query: { limit: PAGE - 1 }, limit: PAGE });
      if (found.length < PAGE) throw new Error(`A page of ${found.length} chats`);
    });
  }

  private next<Item>(items: readonly Item[]): Item {
    return items[this.turn++ % items.length]!;
  }
}
