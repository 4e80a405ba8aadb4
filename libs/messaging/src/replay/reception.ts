import { Injectable, Logger } from '@nestjs/common';
import { Database, sqlState } from '#database';
import type { InboundEvent } from '#messenger-kit';
import { Inbox } from '../inbox/inbox.js';
import type { Delivery } from '../inbox/parcel.js';
import { Receiver } from '../inbox/receiver.js';
import { LedgerRepository } from '../ledger/ledger.repository.js';

/** The receiving path's side of a replay. */
@Injectable()
export class Reception {
  private readonly logger = new Logger(Reception.name);

  constructor(
    private readonly database: Database,
    private readonly receiver: Receiver,
    private readonly inbox: Inbox,
    private readonly ledger: LedgerRepository,
  ) {}

  /** Whether that stored it. What the database refuses as data stays in quarantine. */
  async again(delivery: Delivery, event: InboundEvent): Promise<boolean> {
    try {
      return await this.receiver.replay({ delivery, event });
    } catch (error) {
      if (!/^(22|23|54)/.test(sqlState(error) ?? '')) throw error;
      this.logger.warn(`An event is still refused by the database: ${sqlState(error)}`);
      return false;
    }
  }

  /**
   * What could not be understood at all had a key made up for it. Where today's code finds other events in its body, those
   * are taken in, and the made-up entries go. Gives how many events came in that way.
   */
  async instead(
    channelId: string,
    madeUp: readonly string[],
    delivery: Delivery,
    events: readonly InboundEvent[],
  ): Promise<number> {
    if (madeUp.length === 0 || events.length === 0 || events.some(({ kind }) => kind === 'malformed')) return 0;
    const keys = events.map(({ key }) => ({ channelId, key }));
    const unseen = await this.database.transaction((tx) => this.ledger.unseen(tx, keys));
    const found = events.filter((_, index) => unseen.has(index));
    await this.inbox.take(delivery, found);
    await this.database.transaction(async (tx) => {
      for (const key of madeUp) await this.ledger.withdraw(tx, channelId, key);
    });
    return found.filter(({ kind }) => kind !== 'ignored').length;
  }
}
