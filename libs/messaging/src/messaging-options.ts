/** What the server's configuration says about messaging. */
export class MessagingOptions {
  /** Whether this node delivers, and polls: not on nodes that only serve the web. */
  readonly deliver: boolean;
  /** Whether messengers may call this node: not where it only works. */
  readonly takeWebhooks: boolean;
  /** How long a lane stays claimed without a sign of life. A call to a network ends well before, or keeps it up. */
  readonly leaseMs: number;
  /** How long one call to a network may take. */
  readonly callTimeoutMs: number;
  /** The same for a call that carries files. */
  readonly uploadTimeoutMs: number;
  /** How long a lane waits for the echo of a message of unknown fate. */
  readonly echoWaitMs: number;
  /** A message that could not be delivered for so long is given up. */
  readonly expireAfterMs: number;
  /** How long a polled channel stays a node's own without a sign of life. */
  readonly pollLeaseMs: number;
  /** How long raw webhook bodies are kept. */
  readonly rawBodyDays: number;

  constructor(options: Partial<MessagingOptions> = {}) {
    this.deliver = options.deliver ?? true;
    this.takeWebhooks = options.takeWebhooks ?? true;
    this.leaseMs = options.leaseMs ?? 12_000;
    this.callTimeoutMs = options.callTimeoutMs ?? 8_000;
    this.uploadTimeoutMs = options.uploadTimeoutMs ?? 60_000;
    this.echoWaitMs = options.echoWaitMs ?? 15_000;
    this.expireAfterMs = options.expireAfterMs ?? 24 * 3_600_000;
    this.pollLeaseMs = options.pollLeaseMs ?? 12_000;
    this.rawBodyDays = options.rawBodyDays ?? 30;
  }
}
