import { Injectable } from '@nestjs/common';
import { MessengerRegistry } from '#messenger-kit';
import type { Channel } from '../channel.entity.js';
import { Channels } from '../channels.js';
import { asked } from '../network.js';
import { WebhookAddresses } from '../webhook-addresses.js';

/** Tells the messenger that we are gone. */
@Injectable()
export class Farewell {
  constructor(
    private readonly messengers: MessengerRegistry,
    private readonly channels: Channels,
    private readonly addresses: WebhookAddresses,
  ) {}

  async disconnect(channel: Channel): Promise<void> {
    const registration = this.messengers.get(channel.messenger)?.registration;
    if (!registration || channel.health === 'connecting') return;
    const account = await this.channels.account(channel.id);
    const webhookUrl = await this.addresses.urlOf(channel);
    await asked(channel.messenger, () => registration.disconnect(account, webhookUrl));
  }
}
