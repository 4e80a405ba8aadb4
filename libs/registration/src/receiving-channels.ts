import { Injectable } from '@nestjs/common';
import { type ChannelForEvents, ChannelRepository } from './channel.repository.js';

interface Account {
  readonly messenger: string;
  readonly source: string;
}

/** How long an active channel is taken to be one still. */
export const ACTIVE_REMEMBERED_MS = 2_000;
const CAPACITY = 10_000;

/**
 * The channels that events come in for. Active ones are remembered for 2 s, so that a busy channel costs no look-up per
 * batch. Unknown and inactive ones never are: what was registered or activated anywhere receives from that moment on.
 */
@Injectable()
export class ReceivingChannels {
  private readonly active = new Map<string, { readonly channel: ChannelForEvents; readonly until: number }>();

  constructor(private readonly channels: ChannelRepository) {}

  /** By `messenger/source`; accounts that are no channel of ours are missing. Not to be called within a transaction. */
  async of(accounts: readonly Account[]): Promise<Map<string, ChannelForEvents>> {
    const now = performance.now();
    const found = new Map<string, ChannelForEvents>();
    const missing: Account[] = [];
    for (const account of accounts) {
      const known = this.active.get(accountKey(account));
      if (known && known.until > now) found.set(accountKey(account), known.channel);
      else missing.push(account);
    }
    if (missing.length === 0) return found;
    for (const channel of await this.channels.receiving(missing)) {
      found.set(accountKey(channel), channel);
      if (channel.active) this.remember(channel, now + ACTIVE_REMEMBERED_MS);
    }
    return found;
  }

  forget(): void {
    this.active.clear();
  }

  private remember(channel: ChannelForEvents, until: number): void {
    if (this.active.size >= CAPACITY) this.active.clear();
    this.active.set(accountKey(channel), { channel, until });
  }
}

export function accountKey({ messenger, source }: Account): string {
  return `${messenger}/${source}`;
}
