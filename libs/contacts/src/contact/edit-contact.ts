import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { Database } from '#database';
import type { Caller } from '#identity';
import { ContactNews } from './contact-news.js';
import type { ContactView, UpdateContact } from './contact.dto.js';
import type { Attributes, Contact } from './contact.entity.js';
import { ContactDirectory } from './contact-directory.js';
import { type ContactChanges, ContactRepository } from './contact.repository.js';
import { MOST_ATTRIBUTES } from './given.js';
import { wordsOf } from './words.js';

/** What people write down about a contact. */
@Injectable()
export class EditContact {
  constructor(
    private readonly database: Database,
    private readonly contacts: ContactRepository,
    private readonly directory: ContactDirectory,
    private readonly news: ContactNews,
  ) {}

  /** Changes what is given and differs; nothing is told when nothing does. */
  updateContact(caller: Caller, contactId: string, wish: UpdateContact): Promise<ContactView> {
    return this.database.transaction(async (tx) => {
      const before = await this.contacts.lock(tx, await this.directory.require(caller, contactId, tx));
      if (!before) throw Problem.notFound('contact');
      const changes = changesOf(before, wish);
      if (Object.keys(changes).length === 0) return this.directory.view(tx, before);
      const words = wordsOf({ ...before, ...changes });
      const contact = await this.contacts.change(tx, before.id, { ...changes, words });
      await this.news.changed(tx, contact);
      return this.directory.view(tx, contact);
    });
  }
}

const FIELDS = ['name', 'email', 'phone', 'language', 'note'] as const;

function changesOf(before: Contact, wish: UpdateContact): ContactChanges {
  const given = FIELDS.filter((field) => wish[field] !== undefined && (wish[field] || null) !== before[field]);
  const changes: ContactChanges = Object.fromEntries(given.map((field) => [field, wish[field] || null]));
  if (wish.attributes === undefined) return changes;
  const attributes = withChanges(before.attributes, wish.attributes);
  return same(attributes, before.attributes) ? changes : { ...changes, attributes };
}

function withChanges(before: Attributes, changes: Readonly<Record<string, string | null>>): Attributes {
  const kept = Object.entries({ ...before, ...changes }).filter((one): one is [string, string] => one[1] !== null);
  const tooMany = kept.length > MOST_ATTRIBUTES && kept.length > Object.keys(before).length;
  if (!tooMany) return Object.fromEntries(kept);
  throw Problem.invalid(`A contact has at most ${MOST_ATTRIBUTES} attributes.`, [
    { pointer: '#/attributes', detail: `would make ${kept.length}` },
  ]);
}

function same(one: Attributes, other: Attributes): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
