import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Idempotency, type IdempotentRequest, type OnceAnswer } from '#api-kit';
import { Database } from '#database';
import { MessengerRegistry } from '#messenger-kit';
import { Channels, REMEMBERED_MS } from '../channels.js';
import { accepted, asked, type Connected } from '../network.js';
import { WebhookAddresses } from '../webhook-addresses.js';
import type { RotatedChannel } from './rotation.dto.js';
import { RotationRecords, type Rotating } from './rotation-records.js';

/** Gives channels new webhook secrets while messages come in. */
@Injectable()
export class SecretRotation {
  constructor(
    private readonly messengers: MessengerRegistry,
    private readonly records: RotationRecords,
    private readonly channels: Channels,
    private readonly addresses: WebhookAddresses,
    private readonly database: Database,
    private readonly idempotency: Idempotency,
  ) {}

  /**
   * Every node takes the new secret before the messenger hears of it, and the old one for so many hours after. Problem 409
   * where the channel has no secret of its own, 422 and 502 as at registration: both secrets are good then, and the next
   * call goes on with the same. Never within a transaction: it speaks with the network.
   */
  async rotate(channelId: string, hours: number, request: IdempotentRequest): Promise<OnceAnswer<RotatedChannel>> {
    const known = await this.idempotency.known<RotatedChannel>(request);
    if (known) return known;
    const rotating = await this.database.transaction((tx) => this.records.begin(tx, channelId));
    this.channels.forget();
    // What nodes remember of the channel may not know the new secret.
    await sleep(REMEMBERED_MS);
    const connected = await this.tell(rotating);
    try {
      return await this.database.transaction((tx) =>
        this.idempotency.once(tx, request, () => this.records.complete(tx, rotating, connected, hours)),
      );
    } finally {
      this.channels.forget();
    }
  }

  private async tell({ channel, next, credentials }: Rotating): Promise<Connected> {
    const { registration } = this.messengers.require(channel.messenger);
    const webhookUrl = await this.addresses.urlOf(channel);
    const question = () => registration.connect({ credentials, webhookUrl, webhookSecret: next });
    return accepted(await asked(channel.messenger, question));
  }
}
