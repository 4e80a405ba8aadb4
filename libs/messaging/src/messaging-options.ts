/** What the server's configuration says about messaging. */
export class MessagingOptions {
  /** Whether this node delivers: not on nodes that only serve the web. */
  readonly deliver: boolean;
  /** How long a lane stays claimed without a sign of life. A call to a network ends well before. */
  readonly leaseMs: number;
  /** How long one call to a network may take. */
  readonly callTimeoutMs: number;
  /** How long raw webhook bodies are kept. */
  readonly rawBodyDays: number;

  constructor(options: Partial<MessagingOptions> = {}) {
    this.deliver = options.deliver ?? true;
    this.leaseMs = options.leaseMs ?? 12_000;
    this.callTimeoutMs = options.callTimeoutMs ?? 8_000;
    this.rawBodyDays = options.rawBodyDays ?? 30;
  }
}
