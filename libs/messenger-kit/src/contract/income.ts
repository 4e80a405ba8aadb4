import type { ChannelAccount } from './account.js';
import type { InboundEvent } from './inbound-event.js';
import type { WebhookRequest, WebhookSecrets } from './webhook-request.js';

/**
 * Raw → unified.
 */
export interface IncomeMessageWorker {
  /** Whether people have one id for all accounts: then the scope of identities is empty, else it is the account's source. */
  readonly idsAreGlobal?: boolean;
  /** Proves the call came from the messenger, over the raw bytes, in constant time. Never throws; no secret = false. */
  isAuthentic(request: WebhookRequest, secrets: WebhookSecrets): boolean;
  /**
   * Whether the network only tries the address with this call, which is authentic, and tells nothing by it. Needed where the
   * network signs with a secret of its own (`signingCredential`): a new one is known to be right by the call that tries it.
   */
  isTrial?(request: WebhookRequest): boolean;
  /** Answers a verification GET: the exact body to send back, or undefined to refuse (403). */
  challenge?(query: URLSearchParams, secrets: WebhookSecrets): string | undefined;
  /**
   * Pure: one call in, zero or more events out, in the order of the call. Never throws, whatever the bytes: what it does
   * not know becomes a message with `unsupported`, `ignored`, or `malformed`, never nothing at all.
   * `account` is given where the webhook URL names the channel; otherwise the body names each event's source.
   */
  convert(request: WebhookRequest, account?: Pick<ChannelAccount, 'source'>): InboundEvent[];
}

export type PollVerdict =
  /** Bodies as `IncomeMessageWorker.convert` takes them, in order. `cursor` is confirmed by the next poll, after they are committed. */
  | { readonly kind: 'polled'; readonly bodies: readonly Buffer[]; readonly cursor: string | undefined }
  | {
      readonly kind: 'refused';
      /** `conflict`: somebody else receives for this account. */
      readonly class: 'retry' | 'reauthorize' | 'conflict';
      readonly sentence: string;
      readonly retryAfterMs?: number;
    };

/** Asks the messenger for events where it cannot call us. */
export interface Poller {
  /** Waits on the network for news, some seconds at most. `cursor` is what the last poll gave, undefined at first. */
  poll(account: ChannelAccount, cursor: string | undefined, signal: AbortSignal): Promise<PollVerdict>;
}
