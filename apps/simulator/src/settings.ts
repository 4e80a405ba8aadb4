/** How the simulated messengers behave; every member has a default. */
export interface SimulatorOptions {
  /** Loopback addresses only. Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Waits between redeliveries: the first is at once, then `baseMs`, doubled up to `capMs`. Default 200 and 5000. */
  readonly redelivery?: { readonly baseMs?: number; readonly capMs?: number };
  /** How long an unanswered event is redelivered. Default 24 hours. */
  readonly expiryMs?: number;
  /** How long a webhook call may take. Default 60 s. */
  readonly webhookTimeoutMs?: number;
  /** Facebook people's phones report delivery by themselves. Default false. */
  readonly deliveryReceipts?: boolean;
}

export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly baseMs: number;
  readonly capMs: number;
  readonly expiryMs: number;
  readonly webhookTimeoutMs: number;
  readonly deliveryReceipts: boolean;
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

export function settingsOf(options: SimulatorOptions): Settings {
  const host = options.host ?? '127.0.0.1';
  if (!LOOPBACK.test(host)) throw new Error(`The simulator listens on loopback only, not on ${host}`);
  return {
    host,
    port: options.port ?? 0,
    baseMs: options.redelivery?.baseMs ?? 200,
    capMs: options.redelivery?.capMs ?? 5_000,
    expiryMs: options.expiryMs ?? 24 * 3_600_000,
    webhookTimeoutMs: options.webhookTimeoutMs ?? 60_000,
    deliveryReceipts: options.deliveryReceipts ?? false,
  };
}
