import type { ChannelAccount, Delivery } from './account.js';
import type { Finding, InspectRequest } from './inspection.js';
import type { WebhookSecrets } from './webhook-request.js';

export interface ConnectRequest {
  /** What the admin gave, as described by `credentialFields`. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Where the messenger shall deliver. */
  readonly webhookUrl: string;
  /** A fresh secret for this channel, 64 URL-safe characters, or the `signingCredential`; kept by us as the credential `webhookSecret`. */
  readonly webhookSecret: string;
  /** An admin confirmed that what another system receives for this account shall come to us. Else that is refused, `in_use_elsewhere`. */
  readonly takeOver?: boolean;
  /** The credentials kept before, where an account that is known is registered again. */
  readonly known?: Readonly<Record<string, string>>;
}

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
  | Refused;

export interface Refused {
  readonly kind: 'refused';
  /** A stable snake_case word. */
  readonly code: string;
  /** What is wrong and what to do, in a sentence a person understands. */
  readonly sentence: string;
}

export type RenewVerdict =
  /** To be kept in place of all credentials the account has. */
  | { readonly kind: 'renewed'; readonly credentials: Readonly<Record<string, string>> }
  | { readonly kind: 'not_due' }
  | Refused;

/** What an account looks like at its messenger. */
export interface AccountPicture {
  /** What `MediaLoader.load` takes as the reference of an image. */
  readonly reference: string;
  /** Another one when the picture is another one. */
  readonly version: string;
}

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
  /**
   * The credential the network itself signs its calls with, where it takes no secret of ours: that is the channel's
   * `webhookSecret` then, from before `connect` is called. For `callback: 'channel'` only; `identify` has to give it back.
   */
  readonly signingCredential?: string;
  /** Why this messenger cannot be used now (not configured), or undefined. */
  unavailable?(): string | undefined;
  /** Secrets of an app-wide callback; for `callback: 'app'` only. */
  appSecrets?(): WebhookSecrets;
  /** Who is this account? Checks the credentials with the network, changes nothing there. */
  identify(credentials: Readonly<Record<string, string>>): Promise<ConnectVerdict>;
  /** Checks the credentials and makes the messenger deliver to us. Repeating it repairs. Rejects when the network cannot be reached. */
  connect(request: ConnectRequest): Promise<ConnectVerdict>;
  /** The account's own picture; undefined where it has none. Rejects when it cannot be told, which harms nothing. */
  picture?(account: ChannelAccount): Promise<AccountPicture | undefined>;
  /** Stops the delivery, as far as the credentials still allow. Succeeds when there is nothing left to stop. */
  disconnect(account: ChannelAccount, webhookUrl: string): Promise<void>;
  /**
   * For credentials that end: fresh ones, where it is time. Asked about once an hour, by several nodes at once now and then;
   * those before must stay good for some minutes. Rejects when the network cannot be reached.
   */
  renew?(account: ChannelAccount, now: Date): Promise<RenewVerdict>;
  /**
   * What the network says about the channel, changing nothing there: the credentials, the rights, the delivery to us. What it
   * does not tell is `unknown`. Rejects when it cannot be reached.
   */
  inspect?(account: ChannelAccount, request: InspectRequest): Promise<readonly Finding[]>;
}
