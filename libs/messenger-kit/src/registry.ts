import type { Messenger } from './contract.js';

/** The messengers of this server, by key. Built once from the list in `messengers.ts`. */
export class MessengerRegistry {
  constructor(private readonly messengers: ReadonlyMap<string, Messenger>) {}

  get(key: string): Messenger | undefined {
    return this.messengers.get(key);
  }

  /** For a messenger a stored channel names. Throws when this build does not have it. */
  require(key: string): Messenger {
    const messenger = this.messengers.get(key);
    if (!messenger) throw new Error(`This server has no messenger "${key}"`);
    return messenger;
  }

  entries(): [string, Messenger][] {
    return [...this.messengers.entries()];
  }
}

/** Injection token: settings of each messenger by key, as the configuration gives them. */
export const MESSENGER_SETTINGS = Symbol('MESSENGER_SETTINGS');
export type MessengerSettings = Readonly<Record<string, Readonly<Record<string, string | undefined>>>>;
