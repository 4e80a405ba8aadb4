export class WebhooksOptions {
  /** false: this node delivers nothing. */
  readonly deliver: boolean = true;
  /** Origins that may be reached by http, and where they are not public. */
  readonly allowedOrigins: readonly string[] = [];
  /** Days a finished delivery stays in the log: at least as long as events are kept, or they might be delivered again. */
  readonly logDays: number = 8;

  constructor(options: Partial<WebhooksOptions> = {}) {
    Object.assign(this, options);
  }
}
