import type { Depot } from '../delivery/courier.js';
import type { StoredFile } from '../files.js';
import { OfficialAccount, type NewOfficialAccount, type OfficialAccountChange } from './official-account.js';

export class OfficialAccounts {
  /** Shown to everybody, by sticker id. */
  readonly stickers = new Map<string, StoredFile>();
  private readonly accounts = new Map<string, OfficialAccount>();

  constructor(private readonly depot: Depot) {}

  create(account: NewOfficialAccount): OfficialAccount {
    const created = new OfficialAccount(this.depot, account);
    this.accounts.set(created.id, created);
    return created;
  }

  change({ account, ...change }: OfficialAccountChange): void {
    const changed = this.require(account);
    Object.assign(changed, change);
    changed.courier.kick();
  }

  get(id: string): OfficialAccount | undefined {
    return this.accounts.get(id);
  }

  byToken(token: string): OfficialAccount | undefined {
    return this.all().find((account) => account.token === token);
  }

  require(id: string): OfficialAccount {
    const account = this.accounts.get(id);
    if (!account) throw new Error(`There is no simulated official account ${id}`);
    return account;
  }

  all(): OfficialAccount[] {
    return [...this.accounts.values()];
  }

  clear(): void {
    for (const account of this.all()) account.courier.discardAll();
    this.accounts.clear();
    this.stickers.clear();
  }
}
