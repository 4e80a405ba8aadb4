import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { EventLog } from '#events';
import { type ChannelAccount, MessengerRegistry, type WebhookSecrets } from '#messenger-kit';
import { BriefCache } from './brief-cache.js';
import { channelEvent } from './channel-event.js';
import { ChannelSecrets } from './channel-secrets.js';
import type { Channel } from './channel.entity.js';
import { ChannelRepository } from './channel.repository.js';
import { ReceivingChannels } from './receiving-channels.js';
import { WebhookAddresses } from './webhook-addresses.js';

/** What a webhook call is checked and read with. */
export interface WebhookEntrance {
  /** The channel the URL names; undefined where one URL serves all channels and the body names them. */
  readonly account?: ChannelAccount;
  readonly secrets: WebhookSecrets;
}

const REMEMBERED_MS = 2_000;
const KEY = /^[\w-]{16,128}$/;

/** The channels as the other rooms use them. */
@Injectable()
export class Channels {
  private readonly entrances = new BriefCache<WebhookEntrance | undefined>(REMEMBERED_MS);
  private readonly accounts = new BriefCache<ChannelAccount>(REMEMBERED_MS);

  constructor(
    private readonly channels: ChannelRepository,
    private readonly secrets: ChannelSecrets,
    private readonly addresses: WebhookAddresses,
    private readonly messengers: MessengerRegistry,
    private readonly events: EventLog,
    private readonly receiving: ReceivingChannels,
  ) {}

  /**
   * What belongs to a webhook URL, or undefined when it is not one of ours. May be 2 s old. Inactive channels have
   * their entrance too: their events are recorded as refused.
   */
  async forWebhook(messenger: string, key: string): Promise<WebhookEntrance | undefined> {
    const registration = this.messengers.get(messenger)?.registration;
    if (!registration || !KEY.test(key)) return undefined;
    if (registration.callback === 'channel') {
      return this.entrances.get(`${messenger}/${key}`, () => this.entranceOf(messenger, key));
    }
    const ours = isSame(key, await this.addresses.appKey(messenger));
    return ours ? { secrets: registration.appSecrets?.() ?? { signing: [] } } : undefined;
  }

  /** The unguessable end of the webhook URL that serves all channels of a messenger. The same on every node, for good. */
  appKey(messenger: string): Promise<string> {
    return this.addresses.appKey(messenger);
  }

  /** A channel with its credentials in clear, for a messenger's workers only. May be 2 s old. Throws when there is none. */
  account(channelId: string): Promise<ChannelAccount> {
    return this.accounts.get(channelId, async () => {
      const channel = await this.channels.get(channelId);
      if (!channel) throw new Error(`There is no channel ${channelId}`);
      return this.accountOf(channel);
    });
  }

  /**
   * Notes whether the messenger still takes our credentials; `detail` is a sentence for people, free of secrets.
   * Recorded as an event when it changes something.
   */
  async markHealth(
    tx: Tx,
    channelId: string,
    health: 'ok' | 'needs_reauthorization',
    detail: string | null = null,
  ): Promise<void> {
    const before = await this.channels.lock(tx, channelId);
    if (!before || before.health === 'connecting') return;
    if (before.health === health && before.healthDetail === detail) return;
    const channel = await this.channels.change(tx, channelId, { health, healthDetail: detail });
    await this.events.record(tx, [channelEvent('channel.health_changed', channel)]);
  }

  /** Called after a change on this node, so that it is seen here at once; other nodes see it within 2 s. */
  forget(): void {
    this.entrances.clear();
    this.accounts.clear();
    this.receiving.forget();
  }

  private async entranceOf(messenger: string, key: string): Promise<WebhookEntrance | undefined> {
    const channel = await this.channels.byWebhookKey(messenger, key);
    if (!channel) return undefined;
    const account = this.accountOf(channel);
    const { webhookSecret, previousWebhookSecret } = account.credentials;
    return {
      account,
      secrets: { signing: [webhookSecret, previousWebhookSecret].filter((secret) => secret !== undefined) },
    };
  }

  private accountOf(channel: Channel): ChannelAccount {
    const { id, messenger, source } = channel;
    return { channelId: id, messenger, source, credentials: this.secrets.open(channel) };
  }
}

/** In constant time; the length of a key is no secret. */
function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
