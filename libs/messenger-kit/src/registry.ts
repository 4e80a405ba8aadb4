import type { Messenger } from './contract.js';

/** What a messenger may be called, as a regular expression: its key stands in addresses. */
export const MESSENGER_KEY = '[a-z0-9-]{1,40}';
const KEY = new RegExp(`^${MESSENGER_KEY}$`);

/** The messengers of this server, by key. Built once from the list in `messengers.ts`. */
export class MessengerRegistry {
  /** Throws when a key could not stand in a webhook address: nothing the network tells would ever reach that messenger. */
  constructor(private readonly messengers: ReadonlyMap<string, Messenger>) {
    for (const key of messengers.keys()) if (!KEY.test(key)) throw new Error(unusable(key));
  }

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

function unusable(key: string): string {
  return `The messenger "${key}" of messengers.ts needs another key: 1 to 40 small letters, digits and hyphens, as it stands in addresses (/webhooks/${key}/…)`;
}

/** Injection token: settings of each messenger by key, as the configuration gives them. */
export const MESSENGER_SETTINGS = Symbol('MESSENGER_SETTINGS');
export type MessengerSettings = Readonly<Record<string, Readonly<Record<string, string | undefined>>>>;
