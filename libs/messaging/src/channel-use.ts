import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { type ChannelTraffic, ChannelUse } from '#registration';
import { CatchUp } from './catch-up.js';
import { ChannelUseRepository } from './channel-use.repository.js';
import { Ledger } from './ledger/ledger.js';

/** Tells registration what goes through a channel. */
@Injectable()
export class MessengerChannelUse extends ChannelUse {
  constructor(
    private readonly repository: ChannelUseRepository,
    private readonly ledger: Ledger,
    private readonly history: CatchUp,
  ) {
    super();
  }

  openChats(tx: Tx, channelId: string): Promise<number> {
    return this.repository.openChats(tx, channelId);
  }

  catchUp(tx: Tx, channelId: string, since: Date): Promise<void> {
    return this.history.enqueue(tx, channelId, since);
  }

  async traffic(channelId: string): Promise<ChannelTraffic> {
    const [ledger, outgoing] = await Promise.all([this.ledger.balance(channelId), this.repository.outgoing(channelId)]);
    const { waiting = 0, waitingSince = null, sentAt, status, failure = null } = outgoing ?? {};
    const lastSend = sentAt && status ? { at: sentAt, status, failure } : null;
    return { ledger, waiting, waitingSince, lastSend };
  }
}
