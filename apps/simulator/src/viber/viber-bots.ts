import type { Depot } from '../delivery/courier.js';
import { newToken, TOKEN_SHAPE, ViberBot, type NewViberBot } from './viber-bot.js';

/** More digits than a double holds, and less than 256 apart: whoever reads them as numbers takes one for the other. */
const PER_MS = 4_000_000n;

export class ViberBots {
  private readonly bots = new Map<string, ViberBot>();
  private lastToken = 0n;

  constructor(private readonly depot: Depot) {}

  create(bot: NewViberBot): ViberBot {
    const created = new ViberBot(this.depot, bot);
    if (!TOKEN_SHAPE.test(created.token))
      throw new Error(`"${created.token}" is no token: three groups of 16 hex digits`);
    this.bots.set(created.id, created);
    return created;
  }

  byToken(token: string): ViberBot | undefined {
    return this.all().find((bot) => bot.token === token);
  }

  require(id: string): ViberBot {
    const bot = this.bots.get(id);
    if (!bot) throw new Error(`There is no simulated Viber bot ${id}`);
    return bot;
  }

  /** The old token is dead, the webhook stays and is signed with the new one. */
  renewToken(id: string): string {
    const bot = this.require(id);
    bot.token = newToken();
    bot.alive = true;
    return bot.token;
  }

  all(): ViberBot[] {
    return [...this.bots.values()];
  }

  /** The token of a message or an event: 19 digits, each time one more; never one that was given before a restart. */
  nextToken(): string {
    const now = BigInt(Date.now()) * PER_MS;
    this.lastToken = this.lastToken === 0n ? now : this.lastToken + 1n;
    return String(this.lastToken);
  }

  clear(): void {
    for (const bot of this.bots.values()) bot.courier.discardAll();
    this.bots.clear();
  }
}
