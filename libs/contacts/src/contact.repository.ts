import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, LessThan, type Repository } from 'typeorm';
import { Contact } from './contact.entity.js';
import { Identity } from './identity.entity.js';

@Injectable()
export class ContactRepository {
  constructor(
    @InjectRepository(Contact) private readonly contacts: Repository<Contact>,
    @InjectRepository(Identity) private readonly identities: Repository<Identity>,
  ) {}

  get(id: string): Promise<Contact | null> {
    return this.contacts.findOneBy({ id });
  }

  /** Newest first: ids grow with time. */
  page(before: string | undefined, limit: number): Promise<Contact[]> {
    return this.contacts.find({
      where: before === undefined ? {} : { id: LessThan(before) },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  async identitiesOf(contactIds: readonly string[]): Promise<Identity[]> {
    if (contactIds.length === 0) return [];
    return this.identities.find({ where: { contactId: In([...contactIds]) }, order: { id: 'ASC' } });
  }
}
