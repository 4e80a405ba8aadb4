import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { EventLog, type NewEvent } from '#events';
import { MessageChanges } from '../change/message-changes.js';
import { ReceiptsRepository } from '../change/receipts.repository.js';
import { audienceOf } from '../chat/audience.js';
import { DeliveriesRepository, type PlacedTry, type Try } from './deliveries.repository.js';
import type { Failure, OutgoingHead, StatusChange } from './outgoing-message.js';

const EXPIRED: Failure = { code: 'expired', sentence: 'It could not be delivered in time and was given up.' };
const EXPIRED_AT_ONCE = 500;

/** The fate of outbound messages as the deliverer and people decide it: every change with its event, in one transaction. */
@Injectable()
export class Deliveries {
  constructor(
    private readonly repository: DeliveriesRepository,
    private readonly changes: MessageChanges,
    private readonly receipts: ReceiptsRepository,
    private readonly events: EventLog,
  ) {}

  /** Takes the chat's first queued message and marks it `sending`, before the network is asked. Too old ones expire. */
  async startSending(tx: Tx, chatId: string, expireAfterMs: number): Promise<OutgoingHead | undefined> {
    const head = await this.repository.startSending(tx, chatId, expireAfterMs);
    if (head) return head;
    const expired = await this.repository.expireIn(tx, chatId, expireAfterMs, EXPIRED, EXPIRED_AT_ONCE);
    if (expired.length === 0) return undefined;
    await this.announce(tx, expired);
    return this.repository.startSending(tx, chatId, expireAfterMs);
  }

  /** Whether anything waits to be sent, or was left by whoever was sending it. */
  hasMore(tx: Tx, chatId: string): Promise<boolean> {
    return this.repository.hasMore(tx, chatId);
  }

  /**
   * A message found `sending` by whoever takes over may have left: nobody can tell, so it is unconfirmed, and its id is given. So
   * long after it was queued as its network would know it again (`repeatableForMs`), it is queued instead.
   */
  async leaveUnconfirmed(tx: Tx, chatId: string, repeatableForMs?: number): Promise<string | undefined> {
    const left = await this.repository.leave(tx, chatId, repeatableForMs ?? null);
    await this.announce(tx, left);
    return left.find(({ status }) => status === 'unconfirmed')?.id;
  }

  /**
   * `externalIds`: where the network made several of one, the first one first. Changes nothing that is known to be sent.
   * What came about the message before we knew its id is worked in.
   */
  async markSent(tx: Tx, one: PlacedTry, externalIds: readonly [string, ...string[]], sentAt: Date): Promise<void> {
    await this.events.record(tx, await this.changes.markSent(tx, one, { externalIds, sentAt }, new Date()));
  }

  /**
   * `queued` gives the message back to its lane; `doubtful`: though it may have got through. Changes nothing unless this very
   * try is still `sending`.
   */
  async settle(
    tx: Tx,
    one: Try,
    status: 'queued' | 'failed' | 'unconfirmed',
    failure?: Failure,
    doubtful?: true,
  ): Promise<void> {
    await this.announce(tx, await this.repository.settle(tx, one, status, failure, doubtful));
  }

  /** Gives up what waits for longer than `afterMs`; how many there were, at most some hundreds at once. */
  async expire(tx: Tx, afterMs: number): Promise<number> {
    const expired = await this.repository.expire(tx, afterMs, EXPIRED, EXPIRED_AT_ONCE);
    await this.announce(tx, expired);
    return expired.length;
  }

  /** A person wants another try. False where the message is in none of the states `from`. */
  async requeue(tx: Tx, messageId: string, from: readonly ('failed' | 'expired' | 'unconfirmed')[]): Promise<boolean> {
    const changes = await this.repository.requeue(tx, messageId, from);
    await this.announce(tx, changes);
    return changes.length > 0;
  }

  /** A person knows that an unconfirmed message arrived: its receipts count from now on. False where it is not unconfirmed. */
  async confirm(tx: Tx, messageId: string): Promise<boolean> {
    const changes = await this.repository.confirm(tx, messageId);
    await this.receipts.await(tx, changes);
    await this.announce(tx, changes);
    return changes.length > 0;
  }

  private async announce(tx: Tx, changes: readonly StatusChange[]): Promise<void> {
    const at = new Date();
    await this.events.record(
      tx,
      changes.map((change) => statusEvent(change, at)),
    );
  }
}

function statusEvent({ id, chatId, seq, status, failure, agentId, queueId }: StatusChange, at: Date): NewEvent {
  const data = { messageId: id, status, ...(failure ? { failure } : {}) };
  return { type: 'message.status_changed', at, chatId, seq, audience: audienceOf(queueId, agentId), data };
}
