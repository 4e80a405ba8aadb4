/** One account of ours on a messenger, as its workers see it: plain data, credentials in clear, never logged. */
export interface ChannelAccount {
  readonly channelId: string;
  readonly messenger: string;
  /** The messenger's own id for the account: a Page id, a bot id. */
  readonly source: string;
  /**
   * What `connect` gave, and `webhookSecret`; for some time also the one before, `previousWebhookSecret`, and the one that is
   * about to come, `nextWebhookSecret`: see `webhookSecretsOf`.
   */
  readonly credentials: Readonly<Record<string, string>>;
}

/** Whom an outgoing message is for: the chat's identity. */
export interface Recipient {
  readonly scope: string;
  readonly externalId: string;
}

/** How events reach us: the messenger calls, or we ask. */
export type Delivery = 'webhook' | 'polling';
