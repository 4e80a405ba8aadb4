import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, type Repository } from 'typeorm';
import { Database, row, rows, type Tx } from '#database';
import { Identity } from '../identity/identity.entity.js';
import { Contact } from './contact.entity.js';
import { type Wanted, wordsOf } from './words.js';

export interface ContactsQuestion {
  readonly before?: string;
  readonly limit: number;
  readonly wanted?: Wanted;
  /** Only these. */
  readonly among?: readonly string[];
}

export type ContactChanges = Partial<Omit<Contact, 'id' | 'createdAt' | 'updatedAt'>>;

const LOOKS = 5;

/** SQL: the contact that answers to this id today, given as a parameter: merged ones by the one they were merged into. */
export function currentContact(id: string): string {
  return `coalesce((SELECT m.contact_id FROM contact_merges m WHERE m.merged_id = ${id}::uuid), ${id}::uuid)`;
}

@Injectable()
export class ContactRepository {
  constructor(
    @InjectRepository(Contact) private readonly contacts: Repository<Contact>,
    @InjectRepository(Identity) private readonly identities: Repository<Identity>,
    private readonly database: Database,
  ) {}

  /** The contact that answers to the id today: merged ones by the one they were merged into. */
  async currentId(id: string, tx?: Tx): Promise<string | undefined> {
    const statement = `SELECT id FROM contacts WHERE id = ${currentContact('$1')}`;
    const found = await (tx
      ? row<{ id: string }>(tx, statement, [id])
      : this.database.row<{ id: string }>(statement, [id]));
    return found?.id;
  }

  get(id: string, tx?: Tx): Promise<Contact | null> {
    return (tx ? tx.getRepository(Contact) : this.contacts).findOneBy({ id });
  }

  /** The contact that answers to the id today, locked until the transaction ends. */
  async lock(tx: Tx, id: string): Promise<Contact | undefined> {
    for (let look = 1; look <= LOOKS; look++) {
      const current = await this.currentId(id, tx);
      if (current === undefined) return undefined;
      const locked = await tx
        .getRepository(Contact)
        .findOne({ where: { id: current }, lock: { mode: 'pessimistic_write' } });
      if (locked) return locked;
    }
    throw new Error('Contacts were merged faster than they could be found');
  }

  async change(tx: Tx, id: string, changes: ContactChanges): Promise<Contact> {
    await tx.getRepository(Contact).update({ id }, changes);
    return tx.getRepository(Contact).findOneByOrFail({ id });
  }

  /** Newest first: ids grow with time. Each way of finding reads an index of its own and stops after a page. */
  page({ before, limit, wanted, among }: ContactsQuestion): Promise<Contact[]> {
    const values: unknown[] = [];
    const bind = (value: unknown) => `$${values.push(value)}`;
    const place = before === undefined ? '' : `AND %.id < ${bind(before)}::uuid`;
    const theirs = among === undefined ? '' : `AND %.id = ANY (${bind(among)}::uuid[])`;
    const limits = (id: string) => `${place} ${theirs}`.replaceAll('%.id', id);
    const found = wanted ? `AND c.id IN (${waysTo(wanted, limits, limit, bind).join(' UNION ')})` : '';
    return this.database.rows<Contact>(
      `SELECT c.id, c.name, c.email, c.phone, c.language, c.note, c.attributes, c.created_at AS "createdAt",
         c.updated_at AS "updatedAt"
       FROM contacts c WHERE true ${limits('c.id')} ${found} ORDER BY c.id DESC LIMIT ${limit}`,
      values,
    );
  }

  async identitiesOf(contactIds: readonly string[], tx?: Tx): Promise<Identity[]> {
    if (contactIds.length === 0) return [];
    const identities = tx ? tx.getRepository(Identity) : this.identities;
    return identities.find({ where: { contactId: In([...contactIds]) }, order: { id: 'ASC' } });
  }

  async add(tx: Tx, id: string, name: string | null): Promise<Contact> {
    await tx.getRepository(Contact).insert({ id, name, attributes: {}, words: wordsOf({ name }) });
    return tx.getRepository(Contact).findOneByOrFail({ id });
  }

  /** The contact goes; nothing may belong to it any more. */
  async remove(tx: Tx, id: string): Promise<void> {
    await rows(tx, 'DELETE FROM contacts WHERE id = $1', [id]);
  }
}

/** OFFSET 0: what is found is sorted, never the whole house searched in the list's order. */
function waysTo(
  { words, externalId }: Wanted,
  limits: (id: string) => string,
  limit: number,
  bind: (value: unknown) => string,
): string[] {
  const newest = (found: string) => `(SELECT id FROM (${found} OFFSET 0) f ORDER BY id DESC LIMIT ${limit})`;
  const byMessenger = newest(
    `SELECT contact_id AS id FROM identities
     WHERE external_id LIKE ${bind(`${externalId.replace(/[\\%_]/g, '\\$&')}%`)} AND contact_id IS NOT NULL
       ${limits('contact_id')}`,
  );
  if (words.length === 0) return [byMessenger];
  const query = words.map((word) => `'${word}':*`).join(' & ');
  const byWords = newest(
    `SELECT id FROM contacts
     WHERE array_to_tsvector(string_to_array(words, ' ')) @@ ${bind(query)}::tsquery ${limits('id')}`,
  );
  return [byWords, byMessenger];
}
