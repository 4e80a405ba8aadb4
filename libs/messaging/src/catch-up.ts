import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { isId, type Tx } from '#database';
import { Jobs } from '#jobs';
import { MessengerRegistry } from '#messenger-kit';
import { Channels } from '#registration';
import { Networks } from './polling/networks.js';

const JOB = 'messaging.catch-up';
const PATIENCE_MS = 60_000;
const ATTEMPTS = 10;
/** Nobody waits for an answer to what is older. */
const LONGEST_MS = 7 * 24 * 3_600_000;
/** Clocks differ, and some networks tell whole seconds; what comes twice is a duplicate. */
const MARGIN_MS = 10 * 60_000;

/**
 * Takes in what a messenger kept while it did not deliver to us. It comes by the ordinary path under the keys a webhook would have given it,
 * so that what is known already, or comes twice, is a duplicate.
 */
@Injectable()
export class CatchUp implements OnModuleInit {
  private readonly logger = new Logger(CatchUp.name);

  constructor(
    private readonly channels: Channels,
    private readonly messengers: MessengerRegistry,
    private readonly networks: Networks,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.define(JOB, (payload) => this.run(payload), 'slow');
  }

  async enqueue(tx: Tx, channelId: string, since: Date): Promise<void> {
    const from = new Date(Math.max(since.getTime() - MARGIN_MS, Date.now() - LONGEST_MS));
    // One that still waits for its next try reads back another gap, unless it begins where this one does.
    const options = { jobKey: () => `${channelId}/${since.getTime()}`, maxAttempts: ATTEMPTS };
    await this.jobs.enqueue(tx, JOB, [{ channelId, since: from.toISOString() }], options);
  }

  async run(payload: unknown): Promise<void> {
    const { channelId, since } = (payload ?? {}) as { channelId?: unknown; since?: unknown };
    if (!isId(channelId) || typeof since !== 'string') throw new Error(`A job of ${JOB} names no channel and time`);
    const account = await this.channels.account(channelId);
    const history = this.messengers.get(account.messenger)?.history;
    if (!history) return;
    let cursor: string | undefined;
    do {
      const verdict = await history.read(account, new Date(since), cursor, AbortSignal.timeout(PATIENCE_MS));
      if (verdict.kind === 'refused') {
        if (verdict.class === 'retry') throw new Error('The messenger did not give its history; it may later');
        this.logger.warn(`The history of channel ${channelId} cannot be read: ${verdict.sentence}`);
        return;
      }
      await this.networks.receive(account, verdict.bodies);
      cursor = verdict.next;
    } while (cursor !== undefined);
  }
}
