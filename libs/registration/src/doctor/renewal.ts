import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { audit } from '#identity';
import { type ChannelAccount, type Finding, MessengerRegistry } from '#messenger-kit';
import { ChannelSecrets, credentialsIn } from '../channel-secrets.js';
import type { Channel } from '../channel.entity.js';
import { ChannelRepository } from '../channel.repository.js';
import { Channels } from '../channels.js';
import { asked } from '../network.js';

/** The finding that says why credentials are not renewed. */
export const RENEWAL = 'renewal';

/** Fresh credentials for channels whose old ones come to an end (decision 0034). */
@Injectable()
export class Renewal {
  constructor(
    private readonly messengers: MessengerRegistry,
    private readonly channels: Channels,
    private readonly repository: ChannelRepository,
    private readonly secrets: ChannelSecrets,
    private readonly database: Database,
  ) {}

  /**
   * Gives what is wrong, where the messenger refuses. One that cannot be asked is asked the next time. Speaks with the
   * network: never within a transaction.
   */
  async of({ id, messenger }: Pick<Channel, 'id' | 'messenger'>): Promise<Finding[]> {
    const registration = this.messengers.get(messenger)?.registration;
    if (!registration?.renew) return [];
    const account = await this.channels.account(id);
    const question = () => registration.renew?.(account, new Date()) ?? Promise.resolve({ kind: 'not_due' } as const);
    const verdict = await asked(messenger, question).catch(() => undefined);
    if (verdict?.kind === 'refused') return [{ code: RENEWAL, state: 'warning', sentence: verdict.sentence }];
    if (verdict?.kind === 'renewed') await this.keep(account, verdict.credentials);
    return [];
  }

  /** Only in place of what was renewed: who registered the account meanwhile brought newer ones. */
  private async keep(account: ChannelAccount, credentials: ChannelAccount['credentials']): Promise<void> {
    const id = account.channelId;
    await this.database.transaction(async (tx) => {
      const channel = await this.repository.lock(tx, id);
      if (!channel) return;
      const now = this.secrets.open(channel);
      if (!isDeepStrictEqual(credentialsIn(now), credentialsIn(account.credentials))) return;
      const secrets = this.secrets.seal(id, { ...credentials, ...ours(now) });
      await this.repository.change(tx, id, { secrets });
      await audit(tx, { action: 'channel.credentials_renewed', subjectId: id });
    });
    this.channels.forget();
  }
}

/** Webhook secrets have a life of their own. */
function ours(credentials: ChannelAccount['credentials']) {
  const { webhookSecret, previousWebhookSecret, nextWebhookSecret, nextOvertaken } = credentials;
  return { webhookSecret, previousWebhookSecret, nextWebhookSecret, nextOvertaken };
}
