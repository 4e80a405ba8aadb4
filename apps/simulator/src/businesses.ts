import type { NewInstagramAccount, NewInstagramApp } from './instagram/instagram-account.js';
import type { MessengerKey } from './ledger.js';
import type { NewOfficialAccount, OfficialAccountChange } from './line/official-account.js';
import type { NewApp } from './meta/meta-app.js';
import type { NewPage } from './meta/meta-page.js';
import { issueCode } from './meta/oauth.js';
import type { NewBot } from './telegram/bot.js';
import type { NewViberBot } from './viber/viber-bot.js';
import type { NewNumber } from './whatsapp/business-number.js';
import type { World } from './world.js';

/** The businesses' side of the simulated messengers: accounts that can be connected, and what connecting takes. */
export class Businesses {
  constructor(readonly world: World) {}

  createBot(bot: NewBot = {}): { id: string; token: string; name: string; username: string } {
    const { id, token, name, username } = this.world.bots.create(bot);
    return { id, token, name, username };
  }

  /** `token` is the app's own: `id|secret`. */
  createApp(app: NewApp = {}): { id: string; secret: string; token: string } {
    const { id, secret, token } = this.world.meta.createApp(app);
    return { id, secret, token };
  }

  createPage(page: NewPage = {}): { id: string; name: string; token: string; appId: string; appSecret: string } {
    const { page: created, token, app } = this.world.meta.createPage(page);
    return { id: created.id, name: created.name, token, appId: app.id, appSecret: app.secret };
  }

  /** A number of a WhatsApp account, with the token of a system user. */
  createNumber(number: NewNumber = {}): { id: string; accountId: string; token: string; appId: string } {
    const { number: created, token, app } = this.world.numbers.create(number);
    return { id: created.id, accountId: created.accountId, token, appId: app.id };
  }

  /** Meta's Instagram product has an id and a secret of its own. */
  createInstagramApp(app: NewInstagramApp = {}): { id: string; secret: string } {
    const { id, secret } = this.world.instagram.createApp(app);
    return { id, secret };
  }

  /** A professional account, with a token of 60 days that is some days old. */
  createInstagramAccount(account: NewInstagramAccount = {}): {
    id: string;
    name: string;
    token: string;
    appId: string;
  } {
    const { account: created, token } = this.world.instagram.createAccount(account);
    return { id: created.id, name: created.name, token: token.text, appId: token.app.id };
  }

  createViberBot(bot: NewViberBot = {}): { id: string; token: string; name: string } {
    const { id, token, name } = this.world.viberBots.create(bot);
    return { id, token, name };
  }

  /** An official account on LINE, with its Messaging API channel. */
  createOfficialAccount(account: NewOfficialAccount = {}): { id: string; name: string; token: string; secret: string } {
    const { id, name, token, secret } = this.world.officialAccounts.create(account);
    return { id, name, token, secret };
  }

  /** What an admin changes in LINE's consoles. */
  changeOfficialAccount(change: OfficialAccountChange): void {
    this.world.officialAccounts.change(change);
  }

  /** What a Page admin brings back from the sign-in dialog. Without `pages`: all there are. */
  signInCode(signIn: { app: string; redirectUri: string; pages?: string[] }): string {
    const { meta } = this.world;
    const admin = meta.createAdmin(signIn.pages ?? meta.allPages().map((page) => page.id));
    return issueCode(meta, meta.requireApp(signIn.app), signIn.redirectUri, admin.id);
  }

  /** Sets the app's callback as in the dashboard: with the handshake. Rejects when that fails. Default: all fields. */
  async setCallback(callback: { app: string; url: string; verifyToken: string; fields?: string[] }): Promise<void> {
    const { app, url, verifyToken, fields } = callback;
    const { meta } = this.world;
    await meta.subscribeApp(meta.requireApp(app), url, verifyToken, fields && new Set(fields));
  }

  /** Meta's addresses of everything sent to or by the Page stop working; later ones work. */
  expireMedia(account: string): void {
    this.world.files.expire(account);
  }

  /** The account's tokens are dead from now on: 401, or error 190 with this subcode (default 460). */
  revokeToken(account: { messenger: MessengerKey; account: string; subcode?: number }): void {
    this.world.revokeToken(account);
  }

  /** Telegram, or Viber (ids with `pa:`): a new token in place of the bot's, which is dead from now on. Its webhook stays. */
  renewToken(account: string): string {
    const { viberBots, bots } = this.world;
    return account.startsWith('pa:') ? viberBots.renewToken(account) : bots.renewToken(account);
  }
}
