import { Injectable, Logger } from '@nestjs/common';
import { OutgoingMessages, type OutgoingHead } from '#chats';
import { ContactBook } from '#contacts';
import { Database } from '#database';
import {
  MessengerRegistry,
  type ChannelAccount,
  type OutcomeMessageWorker,
  type Recipient,
  type SendVerdict,
} from '#messenger-kit';
import { Channels } from '#registration';
import { MessagingOptions } from '../messaging-options.js';
import { consequenceOf, type Consequence } from './consequence.js';
import { LanesRepository, type Lane } from './lanes.repository.js';

/** A call that starts later than this after its lease was seen asks for the lease once more. */
const FRESH_MS = 1_000;

/** Delivers one chat's messages in order while the lane is ours. */
@Injectable()
export class LaneRunner {
  private readonly logger = new Logger(LaneRunner.name);

  constructor(
    private readonly database: Database,
    private readonly messages: OutgoingMessages,
    private readonly lanes: LanesRepository,
    private readonly contacts: ContactBook,
    private readonly channels: Channels,
    private readonly messengers: MessengerRegistry,
    private readonly options: MessagingOptions,
  ) {}

  /** Ends when the lane is empty, must wait, or is no longer ours; `stopped` ends it after the message under way. */
  async run(lane: Lane, holder: string, stopped: () => boolean): Promise<void> {
    const way = await this.wayOf(lane);
    await this.database.transaction((tx) => this.messages.leaveUnconfirmed(tx, lane.chatId));
    let attempts = lane.attempts;
    while (!stopped()) {
      const seenAt = performance.now();
      const head = await this.next(lane, holder);
      if (head === 'lost') return;
      if (head === undefined) return this.database.transaction((tx) => this.lanes.finish(tx, lane.chatId, holder));
      if (performance.now() - seenAt > FRESH_MS && !(await this.lanes.holds(lane.chatId, holder))) return;
      const consequence = await this.attempt(way, head, attempts);
      await insist(() => this.settle(head, lane, holder, consequence, attempts));
      if (consequence.waitMs !== undefined) return;
      attempts = 0;
    }
    await this.database.transaction((tx) => this.lanes.postpone(tx, lane.chatId, holder, 0, attempts));
  }

  /** All look-ups come before the first message is marked, so that nothing stands between its mark and its call. */
  private async wayOf(lane: Lane): Promise<Way> {
    const account = await this.channels.account(lane.channelId);
    const recipient = await this.contacts.recipientOf(this.database, lane.identityId);
    if (!recipient) throw new Error(`Identity ${lane.identityId} is gone`);
    return { account, recipient, outcome: this.messengers.require(account.messenger).outcome };
  }

  /** The attempt is written before the call: whoever finds it after a crash knows that the message may have left. */
  private next(lane: Lane, holder: string): Promise<OutgoingHead | 'lost' | undefined> {
    return this.database.transaction(async (tx) => {
      if (!(await this.lanes.renew(tx, lane.chatId, holder, this.options.leaseMs))) return 'lost';
      return this.messages.startSending(tx, lane.chatId);
    });
  }

  private async attempt(way: Way, head: OutgoingHead, attempts: number): Promise<Consequence> {
    const { account, recipient, outcome } = way;
    const lastInboundAt = head.lastInboundAt ?? undefined;
    const policy = outcome.policy({ lastInboundAt, now: new Date() });
    if (!policy.allowed) return consequenceOf({ verdict: windowClosed(policy.reason) }, attempts);
    const signal = AbortSignal.timeout(this.options.callTimeoutMs);
    const context = { account, recipient, lastInboundAt, signal };
    const result = await outcome.send({ id: head.id, content: head.content }, context).then(
      (verdict) => ({ verdict }),
      (error: Error) => ({ error }),
    );
    return consequenceOf(result, attempts);
  }

  private async settle(head: OutgoingHead, lane: Lane, holder: string, consequence: Consequence, attempts: number) {
    const { status, failure, waitMs, revoked, counts } = consequence;
    await this.database.transaction(async (tx) => {
      if (status === 'sent') await this.messages.markSent(tx, head.id, consequence.externalId!);
      else await this.messages.settle(tx, head.id, status, failure);
      if (revoked) await this.channels.markHealth(tx, lane.channelId, 'needs_reauthorization', failure?.sentence);
      if (waitMs === undefined) await this.lanes.forgetAttempts(tx, lane.chatId, holder);
      else await this.lanes.postpone(tx, lane.chatId, holder, waitMs, counts ? attempts + 1 : attempts);
    });
    if (status !== 'sent') this.logger.warn(`Message ${head.id} is ${status}${failure ? ` (${failure.code})` : ''}`);
  }
}

interface Way {
  readonly account: ChannelAccount;
  readonly recipient: Recipient;
  readonly outcome: OutcomeMessageWorker;
}

/** The network's answer is known: a database that restarts just now must not turn it into `unconfirmed`. */
async function insist(work: () => Promise<void>): Promise<void> {
  for (const pause of [100, 500, 1_000, 2_000, 4_000]) {
    try {
      return await work();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return work();
}

function windowClosed(reason: string | null): SendVerdict {
  const sentence = reason ?? 'The messenger does not allow an answer now.';
  return { kind: 'rejected', class: 'windowClosed', code: 'window_closed', sentence };
}
