import { randomUUID } from 'node:crypto';
import type { Simulator } from '../../apps/simulator/src/simulator.js';
import type { Api } from './api.js';
import type { OpenChat } from './desk.js';
import { eventually } from './eventually.js';
import { messagesOf } from './views.js';

const PAUSE_MS = 1_100;
const SETTLED = ['sent', 'delivered', 'read', 'unconfirmed'];

/** An agent who writes to a customer at a steady pace, and insists with the same key until each answer is accepted. */
export class Correspondence {
  /** In the order they were accepted. */
  readonly accepted: string[] = [];
  readonly statuses = new Map<number, number>();
  private stopped = false;
  private readonly writing: Promise<void>;

  constructor(
    readonly chat: OpenChat,
    private readonly api: Api,
  ) {
    this.writing = this.write();
  }

  /** Resolves when what was being written is accepted. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.writing;
  }

  private async write(): Promise<void> {
    while (!this.stopped) {
      const text = `Answer ${this.accepted.length}`;
      const key = randomUUID();
      while (!(await this.isAccepted(text, key))) await pause(100);
      this.accepted.push(text);
      await pause(PAUSE_MS);
    }
  }

  private async isAccepted(text: string, key: string): Promise<boolean> {
    const path = `/v1/chats/${this.chat.chatId}/messages`;
    const status = await this.api.post(path, { text }, { 'idempotency-key': key }).then(
      (answer) => answer.status,
      () => 0,
    );
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    return status === 201;
  }
}

/**
 * Each answer arrived once and in order, or nobody knows and it is said so: of one chat, one at most for each time that
 * something died.
 */
export async function expectFates(simulator: Simulator, { chat, accepted }: Correspondence, deaths: number) {
  const outbound = async () =>
    (await messagesOf(chat.api, chat.chatId)).filter(({ direction }) => direction === 'outbound');
  const isUnderWay = ({ status }: { status: string | null }) => status === 'queued' || status === 'sending';
  const fates = await eventually(
    async () => {
      const found = await outbound();
      return !found.some(isUnderWay) && found;
    },
    60_000,
    'all answers to be settled',
  );
  expect(fates.map(({ text }) => text)).toEqual(accepted);
  expect(fates.filter(({ status }) => !SETTLED.includes(status!))).toEqual([]);
  const unconfirmed = fates.filter(({ status }) => status === 'unconfirmed').map(({ text }) => text);
  expect(unconfirmed.length).toBeLessThanOrEqual(deaths);
  const received = simulator.received(chat.who);
  expect(received).toEqual(accepted.filter((text) => received.includes(text)));
  expect(accepted.filter((text) => !received.includes(text) && !unconfirmed.includes(text))).toEqual([]);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
