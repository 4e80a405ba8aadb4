import type { Depot } from '../delivery/courier.js';
import type { Meta } from '../meta/meta.js';
import type { MetaApp } from '../meta/meta-app.js';
import type { People, Person } from '../people.js';
import { BusinessNumber, type NewNumber } from './business-number.js';

export const WHATSAPP_SCOPES: readonly string[] = ['whatsapp_business_messaging', 'whatsapp_business_management'];

/** How somebody is known to a number. */
export interface Known {
  /** The business-scoped id. */
  readonly userId: string;
  readonly phone: string;
  readonly person: Person;
}

/** All numbers, the accounts they belong to, and the people they know. */
export class Numbers {
  /** Apps by account. */
  readonly subscriptions = new Map<string, Set<string>>();
  private readonly numbers = new Map<string, BusinessNumber>();

  constructor(
    private readonly depot: Depot,
    private readonly meta: Meta,
    private readonly people: People,
  ) {}

  create(number: NewNumber): { number: BusinessNumber; token: string; app: MetaApp } {
    const app = number.app === undefined ? this.meta.firstApp() : this.meta.requireApp(number.app);
    const created = new BusinessNumber(this.depot, number);
    this.numbers.set(created.id, created);
    const accountIds = [created.accountId];
    const issued = this.meta.tokens.issue({
      kind: 'SYSTEM_USER',
      app,
      accountIds,
      scopes: WHATSAPP_SCOPES,
      text: number.token,
    });
    return { number: created, token: issued.text, app };
  }

  get(id: string): BusinessNumber | undefined {
    return this.numbers.get(id);
  }

  require(id: string): BusinessNumber {
    const number = this.numbers.get(id);
    if (!number) throw new Error(`There is no simulated number ${id}`);
    return number;
  }

  all(): BusinessNumber[] {
    return [...this.numbers.values()];
  }

  ofAccount(accountId: string): BusinessNumber[] {
    return this.all().filter((number) => number.accountId === accountId);
  }

  /** The person as the number knows them, from now on. */
  known({ id }: BusinessNumber, person: Person): Known {
    return knownAs(this.people.psid(person, id), person);
  }

  /** By the business-scoped id, or by the phone. */
  find({ id }: BusinessNumber, address: string): Known | undefined {
    const everybody = this.people.ofPage(id).map(({ psid, person }) => knownAs(psid, person));
    return everybody.find(({ userId, phone }) => address === userId || address === phone);
  }

  clear(): void {
    for (const number of this.all()) number.courier.discardAll();
    this.numbers.clear();
    this.subscriptions.clear();
  }
}

function knownAs(digits: string, person: Person): Known {
  return { userId: `GB.${digits}`, phone: `44${digits.slice(0, 10)}`, person };
}
