import { createHmac, randomUUID } from 'node:crypto';
import { META_APP } from './server.js';
import { PAGE } from './team.js';

/** Meta under load: many people write at once, and whoever gets no 2xx is told so. Texts are unique. */
export class WebhookLoad {
  /** Texts whose delivery was answered 2xx. */
  readonly acknowledged = new Set<string>();
  /** Everything that was ever sent, with its exact body. */
  readonly sent = new Map<string, string>();
  readonly statuses = new Map<number, number>();
  private readonly run = randomUUID().slice(0, 8);
  private loops: Promise<void>[] = [];
  private stopped = false;
  private count = 0;

  constructor(
    private readonly url: string,
    private readonly people = 40,
  ) {}

  /** Each connection pauses so long after an answer. */
  start(connections = 16, pauseMs = 0): this {
    this.stopped = false;
    this.loops = Array.from({ length: connections }, () => this.loop(pauseMs));
    return this;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.loops);
  }

  /** Every event once more, as a messenger does that never saw an answer. */
  async redeliverAll(): Promise<void> {
    const texts = [...this.sent.keys()];
    const loop = async () => {
      for (let text = texts.pop(); text !== undefined; text = texts.pop()) {
        if ((await this.post(text)) !== 200) texts.push(text);
      }
    };
    await Promise.all(Array.from({ length: 16 }, loop));
  }

  /** Once more each event that was not acknowledged yet; it may be refused again. */
  async redeliverMissing(): Promise<void> {
    const texts = [...this.sent.keys()].filter((text) => !this.acknowledged.has(text));
    await Promise.all(texts.map((text) => this.post(text)));
  }

  /** How many calls were answered, or given up. */
  get answered(): number {
    return [...this.statuses.values()].reduce((sum, count) => sum + count, 0);
  }

  /** So many calls at once, each with so many events; resolves each with its status, 0 when it got no answer. */
  postBatches(calls: number, events: number): Promise<number>[] {
    return Array.from({ length: calls }, () => {
      const items = Array.from({ length: events }, () => {
        const number = this.count++;
        return this.eventOf(number, `${this.run} ${number}`);
      });
      return this.send(bodyWith(items));
    });
  }

  private async loop(pauseMs: number): Promise<void> {
    while (!this.stopped) {
      const number = this.count++;
      const text = `${this.run} ${number}`;
      this.sent.set(text, bodyWith([this.eventOf(number, text)]));
      const status = await this.post(text);
      const rest = status === 0 ? 20 : pauseMs;
      if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
    }
  }

  private async post(text: string): Promise<number> {
    const status = await this.send(this.sent.get(text)!);
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (status === 200) this.acknowledged.add(text);
    return status;
  }

  private send(body: string): Promise<number> {
    const signature = createHmac('sha256', META_APP.secret).update(body).digest('hex');
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` };
    return fetch(this.url, { method: 'POST', body, headers }).then(
      (response) => response.status,
      () => 0,
    );
  }

  private eventOf(number: number, text: string) {
    return {
      sender: { id: `77${number % this.people}` },
      recipient: { id: PAGE },
      timestamp: Date.now(),
      message: { mid: `m_${this.run}_${number}`, text },
    };
  }
}

function bodyWith(messaging: readonly object[]): string {
  return JSON.stringify({ object: 'page', entry: [{ id: PAGE, time: Date.now(), messaging }] });
}
