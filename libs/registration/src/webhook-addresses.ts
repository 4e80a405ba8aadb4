import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Settings } from '#database';

/** Injection token: what messengers call us by, without a slash at the end. */
export const PUBLIC_URL = Symbol('PUBLIC_URL');

/** 43 URL-safe characters of 256 random bits. */
export function newWebhookKey(): string {
  return randomBytes(32).toString('base64url');
}

/** 64 URL-safe characters of 384 random bits. */
export function newWebhookSecret(): string {
  return randomBytes(48).toString('base64url');
}

/** Where messengers deliver: one unguessable address per channel, or per messenger where one serves all channels. */
@Injectable()
export class WebhookAddresses {
  private readonly appKeys = new Map<string, Promise<string>>();

  constructor(
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
    private readonly settings: Settings,
  ) {}

  /** The same on every node, made at first use and kept for good. */
  appKey(messenger: string): Promise<string> {
    const known = this.appKeys.get(messenger);
    if (known) return known;
    const key = this.settings.getOrCreate(`webhook-key/${messenger}`, newWebhookKey);
    this.appKeys.set(messenger, key);
    key.catch(() => this.appKeys.delete(messenger));
    return key;
  }

  async urlOf(channel: { readonly messenger: string; readonly webhookKey: string | null }): Promise<string> {
    return this.url(channel.messenger, channel.webhookKey ?? (await this.appKey(channel.messenger)));
  }

  async appUrl(messenger: string): Promise<string> {
    return this.url(messenger, await this.appKey(messenger));
  }

  /** Where a messenger's dialog sends the admin's browser back to; the messenger compares it literally. */
  signInCallback(messenger: string): string {
    return `${this.base}/v1/channels/${messenger}/callback`;
  }

  private url(messenger: string, key: string): string {
    return `${this.base}/webhooks/${messenger}/${key}`;
  }

  private get base(): string {
    return this.publicUrl.replace(/\/+$/, '');
  }
}
