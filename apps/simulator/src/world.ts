import type { Behaviour } from './behaviour.js';
import { Conversations } from './conversations.js';
import type { Depot } from './delivery/courier.js';
import { Mail } from './delivery/mail.js';
import { CallFaults } from './faults/call-faults.js';
import { WebhookFaults } from './faults/webhook-faults.js';
import { Files } from './files.js';
import { Instagram } from './instagram/instagram.js';
import { Later } from './later.js';
import { Ledger, type MessengerKey } from './ledger.js';
import { AccountEvents } from './line/account-events.js';
import { OfficialAccounts } from './line/official-accounts.js';
import { Meta } from './meta/meta.js';
import { People } from './people.js';
import type { Settings } from './settings.js';
import { Bots } from './telegram/bots.js';
import { Updates } from './telegram/updates.js';
import { ViberBots } from './viber/viber-bots.js';
import { ViberEvents } from './viber/viber-events.js';
import { NumberEvents } from './whatsapp/number-events.js';
import { Numbers } from './whatsapp/numbers.js';
import { Statuses } from './whatsapp/statuses.js';

/** Everything the simulator knows, put together once. */
export class World {
  readonly ledger = new Ledger();
  readonly people = new People();
  readonly conversations = new Conversations();
  readonly files = new Files();
  readonly callFaults = new CallFaults();
  readonly webhookFaults = new WebhookFaults();
  readonly later = new Later();
  /** Always the same object: what changes are its members. */
  readonly behaviour: Behaviour;
  readonly depot: Depot;
  readonly bots: Bots;
  readonly updates: Updates;
  readonly meta: Meta;
  readonly numbers: Numbers;
  readonly numberEvents: NumberEvents;
  readonly statuses: Statuses;
  readonly instagram: Instagram;
  readonly viberBots: ViberBots;
  readonly viberEvents: ViberEvents;
  readonly officialAccounts: OfficialAccounts;
  readonly accountEvents: AccountEvents;

  constructor(readonly settings: Settings) {
    this.behaviour = { ...settings.behaviour };
    const mail = new Mail(settings.webhookTimeoutMs);
    this.depot = { mail, ledger: this.ledger, faults: this.webhookFaults, settings };
    this.bots = new Bots(this.depot);
    this.updates = new Updates(this.ledger, settings);
    this.meta = new Meta(this.depot, this.people);
    this.numbers = new Numbers(this.depot, this.meta, this.people);
    this.numberEvents = new NumberEvents(this.ledger, settings, this.meta, this.numbers);
    this.statuses = new Statuses(this.numberEvents);
    this.instagram = new Instagram(this.depot, this.meta, this.people);
    this.viberBots = new ViberBots(this.depot);
    this.viberEvents = new ViberEvents(this.ledger, settings);
    this.officialAccounts = new OfficialAccounts(this.depot);
    this.accountEvents = new AccountEvents(this.ledger, settings);
  }

  behave(change: Partial<Behaviour>): void {
    Object.assign(this.behaviour, change);
  }

  revokeToken({
    messenger,
    account,
    subcode = 460,
  }: {
    messenger: MessengerKey;
    account: string;
    subcode?: number;
  }): void {
    if (messenger === 'telegram') {
      this.bots.require(account).alive = false;
      return;
    }
    if (messenger === 'instagram') {
      for (const token of this.instagram.tokens.ofPage(account)) token.dead = subcode;
      return;
    }
    if (messenger === 'viber') {
      this.viberBots.require(account).alive = false;
      return;
    }
    if (messenger === 'line') {
      this.officialAccounts.require(account).alive = false;
      return;
    }
    const { tokens } = this.meta;
    const isNumber = messenger === 'whatsapp';
    const dying = isNumber ? tokens.ofAccount(this.numbers.require(account).accountId) : tokens.ofPage(account);
    for (const token of dying) token.dead = subcode;
  }

  clear(): void {
    this.behave(this.settings.behaviour);
    this.later.clear();
    this.callFaults.clear();
    this.webhookFaults.clear();
    this.bots.clear();
    this.meta.clear();
    this.numbers.clear();
    this.statuses.clear();
    this.instagram.clear();
    this.viberBots.clear();
    this.officialAccounts.clear();
    this.people.clear();
    this.conversations.clear();
    this.files.clear();
    this.ledger.clear();
  }
}
