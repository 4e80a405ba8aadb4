import type { ChannelAccount } from './account.js';
import type { WebhookSecrets } from './webhook-request.js';

export interface ConnectRequest {
  /** What the admin gave, as described by `credentialFields`. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Where the messenger shall deliver. */
  readonly webhookUrl: string;
  /** A fresh secret for this channel, 64 URL-safe characters; kept by us as the credential `webhookSecret`. */
  readonly webhookSecret: string;
}

/** How events reach us: the messenger calls, or we ask. */
export type Delivery = 'webhook' | 'polling';

export type ConnectVerdict =
  | {
      readonly kind: 'connected';
      readonly source: string;
      /** What the account is called there. */
      readonly name: string;
      /** To be kept encrypted: everything the workers need later. */
      readonly credentials: Readonly<Record<string, string>>;
      /** Absent = `webhook`. `polling` needs a `poller`. */
      readonly delivery?: Delivery;
      /** Secrets we made up for the other side, to be shown to the admin once. */
      readonly reveal?: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'refused';
      /** A stable snake_case word. */
      readonly code: string;
      /** What is wrong and what to do, in a sentence a person understands. */
      readonly sentence: string;
    };

export interface CredentialField {
  readonly name: string;
  readonly description: string;
}

/**
 * Connects and disconnects a channel at the messenger.
 */
export interface MessengerRegistrationWorker {
  /** `channel`: each channel has a webhook URL of its own; `app`: one URL serves all channels of the messenger. */
  readonly callback: 'channel' | 'app';
  readonly credentialFields: readonly CredentialField[];
  /** Why this messenger cannot be used now (not configured), or undefined. */
  unavailable?(): string | undefined;
  /** Secrets of an app-wide callback; for `callback: 'app'` only. */
  appSecrets?(): WebhookSecrets;
  /** Who is this account? Checks the credentials with the network, changes nothing there. */
  identify(credentials: Readonly<Record<string, string>>): Promise<ConnectVerdict>;
  /** Checks the credentials and makes the messenger deliver to us. Repeating it repairs. Rejects when the network cannot be reached. */
  connect(request: ConnectRequest): Promise<ConnectVerdict>;
  /** Stops the delivery, as far as the credentials still allow. Succeeds when there is nothing left to stop. */
  disconnect(account: ChannelAccount, webhookUrl: string): Promise<void>;
}
