import type { Depot } from '../delivery/courier.js';
import { randomDigits, randomText } from '../ids.js';
import { Bot, type NewBot } from './bot.js';

/** What the Bot API takes for a token; anything else is an unknown address to it. */
export const TOKEN_SHAPE = /^\d{3,20}:[A-Za-z0-9_-]{35}$/;

export class Bots {
  private readonly bots = new Map<string, Bot>();

  constructor(private readonly depot: Depot) {}

  create({ token = `${randomDigits(10)}:${randomText(35)}`, name = 'Simulated bot', username, picture }: NewBot): Bot {
    if (!TOKEN_SHAPE.test(token)) throw new Error(`"${token}" is no bot token: <bot id>:<35 letters, digits, _ or ->`);
    const bot = new Bot(this.depot, token, name, username ?? `sim_${token.slice(0, token.indexOf(':'))}_bot`);
    bot.picture = picture;
    this.bots.set(bot.id, bot);
    return bot;
  }

  byToken(token: string): Bot | undefined {
    const bot = this.bots.get(token.slice(0, token.indexOf(':')));
    return bot?.token === token ? bot : undefined;
  }

  /** Gives the bot another token, as @BotFather does: the old one is dead, webhook and waiting updates stay. */
  renewToken(id: string): string {
    const bot = this.require(id);
    bot.token = `${id}:${randomText(35)}`;
    bot.alive = true;
    return bot.token;
  }

  require(id: string): Bot {
    const bot = this.bots.get(id);
    if (!bot) throw new Error(`There is no simulated bot ${id}`);
    return bot;
  }

  all(): Bot[] {
    return [...this.bots.values()];
  }

  clear(): void {
    for (const bot of this.bots.values()) {
      bot.poll?.end(false);
      bot.courier.discardAll();
    }
    this.bots.clear();
  }
}
