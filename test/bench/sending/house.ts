import { Agent } from 'node:http';
import pg from 'pg';
import { jsonCall } from '../json-call.js';
import type { Page } from '../page.js';

const PAGES = 4;
const CHATS_PER_PAGE = 50;

/** Chats on several Pages, all held by one agent: a Page's pace allows 250 messages a second, which is to be no limit here. */
export class SendingHouse {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 32 });

  private constructor(
    private readonly page: Page,
    private readonly database: pg.Client,
    private readonly bearer: string,
    private readonly channels: readonly string[],
    readonly chats: readonly string[],
  ) {}

  static async open(page: Page, url: string): Promise<SendingHouse> {
    const who = { email: `answers${Date.now()}@example.com`, password: 'a password for the bench alone' };
    const queue = await page.call<{ id: string }>('/v1/queues', { name: `Answers ${Date.now()}`, agentLimit: 1000 });
    const { id } = await page.call<{ id: string }>('/v1/users', { ...who, name: 'Answers', role: 'agent' });
    await page.call(`/v1/queues/${queue.id}/agents/${id}`, undefined, 'PUT');
    await page.call(`/v1/agents/${id}`, { chatLimit: 1000 }, 'PATCH');
    await page.call(`/v1/agents/${id}/state`, { state: 'active' }, 'PUT');
    const channels: string[] = [];
    for (let number = 0; number < PAGES; number++) {
      const { account, channelId } = await page.anotherPage(queue.id);
      channels.push(channelId);
      for (let place = 0; place < CHATS_PER_PAGE; place++) {
        const person = page.simulator.createPerson({ name: `Person ${place}` }).id;
        page.simulator.customerWrites({ messenger: 'facebook', account, person, text: 'Is the lamp there?' });
      }
    }
    await page.simulator.settled();
    const { accessToken } = await page.call<{ accessToken: string }>('/v1/auth/sessions', who);
    const database = new pg.Client({ connectionString: url });
    await database.connect();
    const { rows } = await database.query<{ id: string }>('SELECT id FROM chats WHERE channel_id = ANY ($1)', [
      channels,
    ]);
    const chats = rows.map((row) => row.id);
    if (chats.length !== PAGES * CHATS_PER_PAGE) throw new Error(`${chats.length} chats came to be`);
    const house = new SendingHouse(page, database, accessToken, channels, chats);
    for (const chat of chats) await house.post(`/v1/chats/${chat}/accept`, {});
    return house;
  }

  /** An answer into a chat, accepted. */
  async answer(chatId: string, number: number): Promise<void> {
    await this.post(`/v1/chats/${chatId}/messages`, { text: `Lamp ${number} is there, and waits for you.` });
  }

  /** Resolves when nothing waits to be sent. Throws when anything was not sent. */
  async sent(): Promise<void> {
    const under = `SELECT count(*)::int AS n FROM messages WHERE channel_id = ANY ($1) AND status IN ('queued', 'sending')`;
    while ((await this.count(under)) > 0) await new Promise((go) => setTimeout(go, 20));
    const other = `SELECT count(*)::int AS n FROM messages WHERE channel_id = ANY ($1) AND status <> 'sent'`;
    if ((await this.count(other)) > 0) throw new Error('Some answers were not sent');
  }

  /** Resolves when all echoes are worked in. */
  echoed(): Promise<void> {
    return this.page.simulator.settled();
  }

  async close(): Promise<void> {
    this.agent.destroy();
    await this.database.end();
  }

  private async count(text: string): Promise<number> {
    return (await this.database.query<{ n: number }>(text, [this.channels])).rows[0]!.n;
  }

  private post(path: string, body: object): Promise<unknown> {
    return jsonCall(`http://127.0.0.1:${this.page.port}${path}`, this.agent, this.bearer, body);
  }
}
