import { Injectable } from '@nestjs/common';
import { MessengerRegistry, type Messenger, type WebhookRequest } from '#messenger-kit';
import { Channels, type WebhookEntrance } from '#registration';
import { ReceivingMetrics } from './receiving-metrics.js';

/** What a webhook address leads to. */
export interface WebhookWay extends WebhookEntrance {
  readonly messenger: Messenger;
}

@Injectable()
export class WebhookWays {
  constructor(
    private readonly messengers: MessengerRegistry,
    private readonly channels: Channels,
    private readonly metrics: ReceivingMetrics,
  ) {}

  /** Undefined when there is no such messenger, or its key is not one of ours. */
  async to(name: string, key: string): Promise<WebhookWay | undefined> {
    const messenger = this.messengers.get(name);
    const entrance = messenger && (await this.channels.forWebhook(name, key));
    return messenger && entrance && { messenger, ...entrance };
  }

  /** Whether the call proves its sender. One that does so by a secret on its way out is counted, and noted for its channel. */
  admits(name: string, way: WebhookWay, call: WebhookRequest): boolean {
    const { secrets, staying, account } = way;
    const { income } = way.messenger;
    if (!income.isAuthentic(call, secrets)) return false;
    if (!staying || income.isAuthentic(call, staying)) return true;
    this.metrics.underOldSecret(name);
    if (account) this.channels.noteReplacedUse(account.channelId);
    return true;
  }
}
