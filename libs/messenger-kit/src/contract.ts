import type { MessageContent } from './unified-message.js';

/** One account of ours on a messenger, as its workers see it: plain data, credentials in clear, never logged. */
export interface ChannelAccount {
  readonly channelId: string;
  readonly messenger: string;
  /** The messenger's own id for the account: a Page id, a bot id. */
  readonly source: string;
  readonly credentials: Readonly<Record<string, string>>;
}

/** A request as it arrived on the webhook door. Header names are in lower case; the body is untouched bytes. */
export interface WebhookRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** What authenticates a webhook call. All empty = nothing is accepted. */
export interface WebhookSecrets {
  /** Any one of these proves a call; several while a secret is being changed. */
  readonly signing: readonly string[];
  /** The word a messenger repeats in its verification GET, where it has one. */
  readonly verifyToken?: string;
}

interface EventFrame {
  /** The channel's source this event belongs to; at most 500 bytes. Empty when the call does not tell: no channel's event. */
  readonly source: string;
  /** Deduplication key: the same event has the same key however often and in whatever envelope it comes; at most 500 bytes (`eventKey`). */
  readonly key: string;
}

/** Who wrote; `externalId` has at most 500 bytes. `scope` is the channel's source where the messenger's ids are per account, empty where they are global. */
export interface Sender {
  readonly scope: string;
  readonly externalId: string;
  /** The name, where the event itself carries one. */
  readonly name?: string;
}

/** Somebody outside said something: the only event that opens a chat. */
export interface InboundMessage extends EventFrame {
  readonly kind: 'message';
  readonly sender: Sender;
  /** Unique within the channel; at most 500 bytes. */
  readonly externalId: string;
  /** The messenger's clock. Absent when it did not say, or said nonsense: then the time of receiving counts. */
  readonly sentAt?: Date;
  /** How coarse that clock is: the message was sent within so many ms from `sentAt` on. Absent = it is exact. */
  readonly sentWithinMs?: number;
  readonly content: MessageContent;
}

/** An event that makes no bubble; kept in the ledger with its reason, its raw form stays replayable. */
export interface IgnoredEvent extends EventFrame {
  readonly kind: 'ignored';
  /** A stable snake_case word. */
  readonly reason: string;
}

/** Something authentic that could not be understood at all; goes to quarantine with its raw form. */
export interface MalformedEvent extends EventFrame {
  readonly kind: 'malformed';
  readonly reason: string;
}

export type InboundEvent = InboundMessage | IgnoredEvent | MalformedEvent;

/**
 * Raw → unified.
 */
export interface IncomeMessageWorker {
  /** Proves the call came from the messenger, over the raw bytes, in constant time. Never throws; no secret = false. */
  isAuthentic(request: WebhookRequest, secrets: WebhookSecrets): boolean;
  /** Answers a verification GET: the exact body to send back, or undefined to refuse (403). */
  challenge?(query: URLSearchParams, secrets: WebhookSecrets): string | undefined;
  /**
   * Pure: one call in, zero or more events out, in the order of the call. Never throws, whatever the bytes: what it does
   * not know becomes a message with `unsupported`, `ignored`, or `malformed`, never nothing at all.
   * `account` is given where the webhook URL names the channel; otherwise the body names each event's source.
   */
  convert(request: WebhookRequest, account?: Pick<ChannelAccount, 'source'>): InboundEvent[];
}

/** Whom an outgoing message is for: the chat's identity. */
export interface Recipient {
  readonly scope: string;
  readonly externalId: string;
}

export interface OutgoingMessage {
  /** Our message id. Goes along as metadata where the messenger echoes it. */
  readonly id: string;
  readonly content: MessageContent;
}

export interface SendContext {
  readonly account: ChannelAccount;
  readonly recipient: Recipient;
  /** When the contact last wrote, by the messenger's clock. */
  readonly lastInboundAt?: Date;
  /** Ends the call: sooner than the caller's lease. */
  readonly signal: AbortSignal;
}

export type RejectionClass = 'permanent' | 'reauthorize' | 'retryAfter' | 'windowClosed' | 'blocked';

export type SendVerdict =
  | { readonly kind: 'sent'; readonly externalId: string; readonly sentAt?: Date }
  | {
      readonly kind: 'rejected';
      readonly class: RejectionClass;
      /** The messenger's own code, e.g. `10/2018278` or `403`. */
      readonly code: string;
      /** A sentence a person understands, ours, never the network's raw body. */
      readonly sentence: string;
      /** For `retryAfter`: how long to wait at least; without it the caller backs off. */
      readonly retryAfterMs?: number;
    }
  /** The bytes may have arrived and nobody can tell. Never sent again by itself. */
  | { readonly kind: 'unknown'; readonly sentence: string };

/** What may be sent into a chat now. */
export interface SendPolicy {
  readonly allowed: boolean;
  /** Until when this holds; null = no end known. */
  readonly until: Date | null;
  /** Why not, in a sentence a person understands; null when allowed. */
  readonly reason: string | null;
  /** What may be sent, e.g. `['text']`. */
  readonly kinds: readonly string[];
  /** The tag the messenger will be given, where one is needed. */
  readonly tag: string | null;
}

/**
 * Unified → the network.
 */
export interface OutcomeMessageWorker {
  /** How long a text may be, in UTF-16 units. */
  readonly maxTextLength: number;
  /**
   * One message, one call. Resolves with the network's verdict; rejects only when the network surely was not asked
   * (name not resolved, connection refused), so that the caller may try again.
   */
  send(message: OutgoingMessage, context: SendContext): Promise<SendVerdict>;
  /** What may be sent now. Pure. */
  policy(context: { readonly lastInboundAt?: Date; readonly now: Date }): SendPolicy;
  /** Splits what the network takes only in several calls; each part becomes a message of its own. Pure. */
  expand(content: MessageContent): MessageContent[];
}

export interface ConnectRequest {
  /** What the admin gave, as described by `credentialFields`. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Where the messenger shall deliver. */
  readonly webhookUrl: string;
  /** A fresh secret for this channel, 64 URL-safe characters; kept by us as the credential `webhookSecret`. */
  readonly webhookSecret: string;
}

export type ConnectVerdict =
  | {
      readonly kind: 'connected';
      readonly source: string;
      /** What the account is called there. */
      readonly name: string;
      /** To be kept encrypted: everything the workers need later. */
      readonly credentials: Readonly<Record<string, string>>;
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

export interface Profile {
  readonly name?: string;
}

/** Looks up who somebody is. `undefined` when the messenger does not tell. */
export interface ProfileReader {
  read(account: ChannelAccount, person: Recipient): Promise<Profile | undefined>;
}

/** All a messenger is. Optional powers are optional members, never stubs that throw. */
export interface Messenger {
  readonly income: IncomeMessageWorker;
  readonly outcome: OutcomeMessageWorker;
  readonly registration: MessengerRegistrationWorker;
  readonly profile?: ProfileReader;
}
