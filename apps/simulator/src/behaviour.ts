import type { Rate } from './rate.js';

/** Telegram's flood control. What exceeds a rate is refused, and everything after it until `retry_after` is over. */
export interface FloodControl {
  readonly perChat?: Rate;
  readonly perBot?: Rate;
  /** The seconds told. Default: until the next is free, rounded up. */
  readonly retryAfter?: number;
}

/** Meta's limit of a Page's calls. */
export interface Throttle extends Rate {
  /** 80006 tells the minutes in a header; 4 (with 2018022) and 613 tell nothing. Default 613. */
  readonly code?: 4 | 613 | 80006;
  /** For 80006: how long everything is refused. Default 1. */
  readonly minutes?: number;
}

/** What the simulated messengers do by themselves. Can be changed at any time. */
export interface Behaviour {
  /** Phones report delivery by themselves, where the messenger tells of it. Default false. */
  readonly deliveryReceipts: boolean;
  /**
   * When the echo of a Page's own message goes out: `before` the call is answered (its webhook was tried once by then), together
   * `with` the answer, or `never`. Only Pages that subscribed `message_echoes` have any. Default `with`.
   */
  readonly echo: 'before' | 'with' | 'never';
  /** How much later than that. Default 0. */
  readonly echoDelayMs: number;
  /** Meta's windows of 24 hours and 7 days are kept. Default true. */
  readonly window: boolean;
  /** Meta granted the app the Human Agent feature. Default true. */
  readonly humanAgent: boolean;
  /** The percentage every answer of Meta tells in its usage headers. Default none. */
  readonly usage: number | undefined;
  /** Default none. */
  readonly throttle: Throttle | undefined;
  /** Default none. */
  readonly flood: FloodControl | undefined;
  /** `setWebhook` takes only what Telegram's own servers take: https, public addresses, four ports, once a second; Viber's only https. Default false. */
  readonly officialWebhooks: boolean;
}

export const DEFAULT_BEHAVIOUR: Behaviour = {
  deliveryReceipts: false,
  echo: 'with',
  echoDelayMs: 0,
  window: true,
  humanAgent: true,
  usage: undefined,
  throttle: undefined,
  flood: undefined,
  officialWebhooks: false,
};
