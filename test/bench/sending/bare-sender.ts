import { createHmac } from 'node:crypto';
import { Agent } from 'node:http';
import pg from 'pg';
import { jsonCall } from '../json-call.js';
import type { Page } from '../page.js';

const TABLE = 'bench_answers';
const PEOPLE = 50;
const CONNECTIONS = 32;

/**
 * What sending needs at least: one row that says it is to be sent, the call, and the row again with what the messenger
 * answered; each written durably. No lane, no lease, no event, no count.
 */
export class BareSender {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

  private constructor(
    private readonly pool: pg.Pool,
    private readonly address: string,
    private readonly people: readonly string[],
  ) {}

  static async open(page: Page, url: string): Promise<BareSender> {
    const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
    await pool.query(`DROP TABLE IF EXISTS ${TABLE}; CREATE TABLE ${TABLE} (LIKE messages INCLUDING ALL)`);
    const { id: account, token, appSecret } = page.simulator.createPage();
    const people = Array.from({ length: PEOPLE }, (_, place) => {
      const person = page.simulator.createPerson({ name: `Listener ${place}` }).id;
      return page.simulator.customerWrites({ messenger: 'facebook', account, person, text: 'Hello' }).personId!;
    });
    const proof = createHmac('sha256', appSecret).update(token).digest('hex');
    const query = new URLSearchParams({ access_token: token, appsecret_proof: proof });
    return new BareSender(pool, `${page.simulator.url}/v26.0/${account}/messages?${query.toString()}`, people);
  }

  async send(number: number): Promise<void> {
    const text = `Lamp ${number} is there, and waits for you.`;
    const { rows } = await this.pool.query<{ id: string }>({
      name: 'queue',
      text: `INSERT INTO ${TABLE} (id, chat_id, channel_id, seq, direction, author_kind, text, status, sent_at, received_at)
        VALUES (gen_random_uuid(), gen_random_uuid(), '0199a3c4-1111-7c2e-9b4d-2f6f3f0b8a11', 1, 'outbound', 'agent', $1,
          'queued', now(), now()) RETURNING id`,
      values: [text],
    });
    const recipient = { id: this.people[number % this.people.length] };
    const answer = await jsonCall(this.address, this.agent, '', {
      recipient,
      messaging_type: 'RESPONSE',
      message: { text },
    });
    await this.pool.query({
      name: 'sent',
      text: `UPDATE ${TABLE} SET status = 'sent', external_id = $2 WHERE id = $1`,
      values: [rows[0]!.id, (JSON.parse(answer) as { message_id: string }).message_id],
    });
  }

  async close(): Promise<void> {
    this.agent.destroy();
    await this.pool.end();
  }
}
