import type { ChannelAccount } from './contract/account.js';

/**
 * The webhook secrets of a channel, newest first: several while one takes over from another. All of them prove a call; who
 * proves its own calls with one of them uses every one, so that the other side goes over in its own time.
 */
export function webhookSecretsOf(credentials: ChannelAccount['credentials']): string[] {
  const { nextWebhookSecret, webhookSecret, previousWebhookSecret } = credentials;
  return [nextWebhookSecret, webhookSecret, previousWebhookSecret].filter((secret) => secret !== undefined);
}
