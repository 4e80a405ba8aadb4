import { Injectable } from '@nestjs/common';
import { type ChannelAccount, MessengerRegistry, type Poller } from '#messenger-kit';
import { MessageManager } from '../message-manager.js';

/** Both ends of polling: who asks a network, and where what it says goes. */
@Injectable()
export class Networks {
  constructor(
    private readonly messengers: MessengerRegistry,
    private readonly manager: MessageManager,
  ) {}

  /** Throws where the messenger cannot be asked. */
  pollerOf(messenger: string): Poller {
    const { poller } = this.messengers.require(messenger);
    if (!poller) throw new Error(`The ${messenger} messenger cannot be polled`);
    return poller;
  }

  /** The same path as a webhook's; in order. Resolves when all is committed, rejects when some of it may not be. */
  async receive(account: ChannelAccount, bodies: readonly Buffer[]): Promise<void> {
    await Promise.all(bodies.map((body) => this.manager.receive(account.messenger, { headers: {}, body }, account)));
  }
}
