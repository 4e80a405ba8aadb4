import { randomDigits, stableDigits } from './ids.js';

/** Somebody outside, with an id on each messenger. */
export interface Person {
  /** The simulator's own handle. */
  readonly id: string;
  readonly firstName: string;
  readonly lastName?: string;
  readonly username?: string;
  readonly language: string;
  readonly telegramId: number;
}

export interface NewPerson {
  readonly id?: string;
  /** First word: first name; the rest: last name. */
  readonly name: string;
  readonly username?: string;
  readonly language?: string;
  /** Given = all ids of this person are the same on every start; else random. */
  readonly telegramId?: number;
}

export class People {
  private readonly people = new Map<string, Person>();
  private readonly telegramIds = new Map<number, Person>();
  private readonly psids = new Map<string, Person>();

  create(person: NewPerson): Person {
    const [firstName = person.name, ...rest] = person.name.trim().split(/\s+/);
    const created: Person = {
      id: person.id ?? person.name,
      firstName,
      lastName: rest.length ? rest.join(' ') : undefined,
      username: person.username,
      language: person.language ?? 'en',
      telegramId: person.telegramId ?? Number(randomDigits(10)),
    };
    this.people.set(created.id, created);
    this.telegramIds.set(created.telegramId, created);
    return created;
  }

  /** Everybody exists: a handle never seen before becomes a person of that name. */
  named(id: string): Person {
    return this.people.get(id) ?? this.create({ id, name: id });
  }

  /** The person's id on this Page: another one on each Page. */
  psid(person: Person, pageId: string): string {
    const psid = stableDigits(16, pageId, person.telegramId);
    this.psids.set(`${pageId} ${psid}`, person);
    return psid;
  }

  byTelegramId(id: number): Person | undefined {
    return this.telegramIds.get(id);
  }

  /** Only who has met the Page has an id there. */
  byPsid(pageId: string, psid: string): Person | undefined {
    return this.psids.get(`${pageId} ${psid}`);
  }

  ofPage(pageId: string): { psid: string; person: Person }[] {
    return [...this.psids].flatMap(([key, person]) => {
      const [page, psid = ''] = key.split(' ');
      return page === pageId ? [{ psid, person }] : [];
    });
  }

  all(): Person[] {
    return [...this.people.values()];
  }

  clear(): void {
    this.people.clear();
    this.telegramIds.clear();
    this.psids.clear();
  }
}

export function fullName(person: Person): string {
  return [person.firstName, person.lastName].filter(Boolean).join(' ');
}
