import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { type ChannelTraffic, ChannelUse } from '#registration';
import { ChannelUseRepository } from './channel-use.repository.js';
import { Ledger } from './ledger/ledger.js';

/** Tells registration what goes through a channel. */
@Injectable()
export class MessengerChannelUse extends ChannelUse {
  constructor(
    private readonly repository: ChannelUseRepository,
    private readonly ledger: Ledger,
  ) {
    super();
  }

  openChats(tx: Tx, channelId: string): Promise<number> {
    return this.repository.openChats(tx, channelId);
  }

  async traffic(channelId: string): Promise<ChannelTraffic> {
    const [ledger, outgoing] = await Promise.all([this.ledger.balance(channelId), this.repository.outgoing(channelId)]);
    const { waiting = 0, waitingSince = null, sentAt, status } = outgoing ?? {};
    const lastSend = sentAt && status ? { at: sentAt, status } : null;
    return { ledger, waiting, waitingSince, lastSend };
  }
}
