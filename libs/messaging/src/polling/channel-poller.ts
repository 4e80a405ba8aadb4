import { setTimeout as pauseFor } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Database, HeldLease, Leases } from '#database';
import { type ChannelAccount, Deadline, type Poller, type PollVerdict } from '#messenger-kit';
import { Channels, type PolledChannel } from '#registration';
import { MessagingOptions } from '../messaging-options.js';
import { Networks } from './networks.js';
import { PollCursors } from './poll-cursors.repository.js';

/** A messenger waits some seconds for news; one that says nothing for longer is asked anew. */
const POLL_TIMEOUT_MS = 60_000;
const GRACE_MS = 500;
const CONFLICT_PAUSE_MS = 30_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A messenger that answers "nothing new" at once is not asked again at once. */
const IDLE_PAUSE_MS = 500;

type Polled = Extract<PollVerdict, { kind: 'polled' }>;
type Refused = Extract<PollVerdict, { kind: 'refused' }>;

/**
 * Asks for one channel's events while nobody else in the fleet does. The cursor, which tells the messenger to forget
 * events, is moved after they are committed: whatever happens between the two, they come again and are duplicates.
 */
@Injectable()
export class ChannelPoller {
  private readonly logger = new Logger(ChannelPoller.name);

  constructor(
    private readonly database: Database,
    private readonly leases: Leases,
    private readonly cursors: PollCursors,
    private readonly channels: Channels,
    private readonly networks: Networks,
    private readonly options: MessagingOptions,
  ) {}

  /** Ends when `stop` says so, when another node has the lease, and when the messenger takes our credentials no more. */
  async run({ id, messenger }: PolledChannel, stop: AbortSignal): Promise<void> {
    const lease = await HeldLease.take(this.leases, `poll/${id}`, this.options.pollLeaseMs, stop);
    if (!lease) return;
    const signal = lease.over;
    try {
      const poller = this.networks.pollerOf(messenger);
      let failures = 0;
      while (!signal.aborted) {
        const outcome = await this.turn(id, poller, lease);
        if (outcome === 'over') return;
        failures = outcome === 'failed' ? failures + 1 : 0;
        const pause = outcome === 'failed' ? backoff(failures) : outcome;
        if (pause > 0) await pauseFor(pause, undefined, { signal }).catch(() => undefined);
      }
    } finally {
      await lease.release();
    }
  }

  /** Gives the ms to wait before the next turn, `failed` for a passing reason, or `over`. */
  private async turn(channelId: string, poller: Poller, lease: HeldLease): Promise<number | 'failed' | 'over'> {
    const deadline = new Deadline(POLL_TIMEOUT_MS, lease.over);
    try {
      const account = await this.channels.account(channelId);
      const cursor = await this.cursors.of(channelId);
      const began = performance.now();
      const polling = poller.poll(account, cursor, deadline.signal);
      const verdict = await Promise.race([polling, nothingAfter(deadline.signal)]);
      if (lease.over.aborted) return 'over';
      if (verdict.kind === 'refused') return await this.obey(account, verdict);
      if (!(await this.take(account, verdict, cursor, lease))) return 'over';
      return verdict.bodies.length === 0 && performance.now() - began < IDLE_PAUSE_MS ? IDLE_PAUSE_MS : 0;
    } catch (error) {
      if (!lease.over.aborted) this.logger.warn(`Channel ${channelId} was not polled: ${(error as Error).message}`);
      return 'failed';
    } finally {
      deadline.end();
    }
  }

  /** False when the lease is somebody else's by now: the events are committed, the cursor is theirs to move. */
  private async take(
    account: ChannelAccount,
    { bodies, cursor }: Polled,
    before: string | undefined,
    lease: HeldLease,
  ) {
    await this.networks.receive(account, bodies);
    return lease.write(this.database, async (tx) => {
      await this.channels.endConflict(tx, account.channelId);
      if (cursor !== undefined && cursor !== before) await this.cursors.move(tx, account.channelId, cursor);
    });
  }

  private async obey(account: ChannelAccount, refused: Refused): Promise<number | 'failed' | 'over'> {
    const { sentence, retryAfterMs } = refused;
    this.logger.warn(`Channel ${account.channelId} was not polled: ${refused.class}`);
    if (refused.class === 'retry') return retryAfterMs ?? 'failed';
    if (refused.class === 'reauthorize') {
      await this.database.transaction((tx) => this.channels.markRevoked(tx, account, sentence));
      return 'over';
    }
    await this.database.transaction((tx) => this.channels.markConflict(tx, account.channelId, sentence));
    return retryAfterMs ?? CONFLICT_PAUSE_MS;
  }
}

/** A poller that does not end when it is told to is left alone. */
function nothingAfter(signal: AbortSignal): Promise<Refused> {
  const refused: Refused = { kind: 'refused', class: 'retry', sentence: 'The messenger did not answer.' };
  return new Promise((resolve) => {
    const giveUp = () => void setTimeout(() => resolve(refused), GRACE_MS);
    signal.addEventListener('abort', giveUp, { once: true });
  });
}

function backoff(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS) * (0.75 + Math.random() / 2);
}
