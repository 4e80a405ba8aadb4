import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { Database } from '#database';
import { audit } from '#identity';
import { type Finding, MessengerRegistry } from '#messenger-kit';
import type { Channel } from '../channel.entity.js';
import { ChannelRepository } from '../channel.repository.js';
import { Channels } from '../channels.js';
import { ChannelTurns } from '../channel-turns.js';
import { accepted, asked } from '../network.js';
import { WebhookAddresses } from '../webhook-addresses.js';
import { Renewal } from './renewal.js';

/** Connects a channel again with the credentials it has, which puts right what the messenger forgot. */
@Injectable()
export class Repair {
  constructor(
    private readonly messengers: MessengerRegistry,
    private readonly channels: Channels,
    private readonly repository: ChannelRepository,
    private readonly addresses: WebhookAddresses,
    private readonly database: Database,
    private readonly renewal: Renewal,
    private readonly turns: ChannelTurns,
  ) {}

  /** Credentials that come to an end are renewed, so that none is found dead that need not be; gives what is wrong with that. */
  renew(channel: Channel): Promise<Finding[]> {
    return this.renewal.of(channel);
  }

  /**
   * Whether something was put right. What would take something away from another system is left alone unless `takeOver`.
   * Rejects with Problem 422 when the messenger refuses, 502 when it cannot be asked, 404 where the channel was deleted meanwhile.
   */
  async of(channel: Channel, findings: readonly Finding[], takeOver: boolean): Promise<boolean> {
    const isWanted = findings.some(({ repair }) => repair === 'harmless' || (repair === 'takes_over' && takeOver));
    const needsConsent = findings.some(({ repair }) => repair === 'takes_over') && !takeOver;
    if (!isWanted || needsConsent) return false;
    await this.turns.alone(channel.id, () => this.connect(channel, findings, takeOver));
    return true;
  }

  private async connect(channel: Channel, findings: readonly Finding[], takeOver: boolean): Promise<void> {
    // Who waited for their turn may have waited for its end.
    if (!(await this.repository.get(channel.id))) throw Problem.notFound('channel');
    const { registration } = this.messengers.require(channel.messenger);
    const { credentials } = await this.channels.account(channel.id);
    const webhookUrl = await this.addresses.urlOf(channel);
    const { webhookSecret = '' } = credentials;
    const question = () => registration.connect({ credentials, webhookUrl, webhookSecret, takeOver });
    const { delivery = 'webhook' } = accepted(await asked(channel.messenger, question));
    await this.database.transaction(async (tx) => {
      const now = await this.repository.lock(tx, channel.id);
      // The messenger has the present secret now; uses of the old one count from here.
      if (!now) return;
      await this.repository.change(tx, channel.id, { delivery, replacedUsedAt: null });
      const repaired = findings.filter(({ repair }) => repair !== undefined).map(({ code }) => code);
      await audit(tx, { action: 'channel.repaired', subjectId: channel.id, after: { findings: repaired } });
    });
  }
}
