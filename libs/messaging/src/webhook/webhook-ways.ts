import { Injectable } from '@nestjs/common';
import { MessengerRegistry, type WebhookRequest } from '#messenger-kit';
import { Channels, type WebhookEntrance } from '#registration';
import { ReceivingMetrics } from './receiving-metrics.js';

/** Where a webhook address leads to, and who may go there. */
@Injectable()
export class WebhookWays {
  constructor(
    private readonly messengers: MessengerRegistry,
    private readonly channels: Channels,
    private readonly metrics: ReceivingMetrics,
  ) {}

  /** Undefined when there is no such messenger, or its key is not one of ours. */
  to(name: string, key: string): Promise<WebhookEntrance | undefined> {
    return this.channels.forWebhook(name, key);
  }

  /** Whether the call proves its sender; one that only tries the address, by the secret that is tried. One that does so by a secret on its way out is counted, and noted for its channel. */
  admits(name: string, { secrets, trial, staying, account }: WebhookEntrance, call: WebhookRequest): boolean {
    const { income } = this.messengers.require(name);
    if (!income.isAuthentic(call, secrets)) return false;
    if (trial && income.isTrial?.(call) && !income.isAuthentic(call, trial)) return false;
    if (!staying || income.isAuthentic(call, staying)) return true;
    this.metrics.underOldSecret(name);
    if (account) this.channels.noteReplacedUse(account.channelId);
    return true;
  }

  /** What answers a messenger that asks whether the address is ours; undefined where its token is not. */
  challenge(name: string, { secrets }: WebhookEntrance, query: URLSearchParams): string | undefined {
    return this.messengers.require(name).income.challenge?.(query, secrets);
  }
}
