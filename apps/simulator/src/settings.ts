import { DEFAULT_BEHAVIOUR, type Behaviour } from './behaviour.js';

/** How the simulator runs, and what its messengers do by themselves; every member has a default. */
export interface SimulatorOptions extends Partial<Behaviour> {
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
}

export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly baseMs: number;
  readonly capMs: number;
  readonly expiryMs: number;
  readonly webhookTimeoutMs: number;
  readonly behaviour: Behaviour;
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

export function settingsOf(options: SimulatorOptions): Settings {
  const { host = '127.0.0.1', port, redelivery, expiryMs, webhookTimeoutMs, ...behaviour } = options;
  if (!LOOPBACK.test(host)) throw new Error(`The simulator listens on loopback only, not on ${host}`);
  return {
    host,
    port: port ?? 0,
    baseMs: redelivery?.baseMs ?? 200,
    capMs: redelivery?.capMs ?? 5_000,
    expiryMs: expiryMs ?? 24 * 3_600_000,
    webhookTimeoutMs: webhookTimeoutMs ?? 60_000,
    behaviour: { ...DEFAULT_BEHAVIOUR, ...behaviour },
  };
}
