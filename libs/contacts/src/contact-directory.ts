import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, pageOf, type PageQuery, Problem } from '#api-kit';
import { isId } from '#database';
import type { Caller } from '#identity';
import type { Contact } from './contact.entity.js';
import { ContactRepository } from './contact.repository.js';
import type { ContactView } from './contacts.dto.js';
import type { Identity } from './identity.entity.js';
import { ContactVisibility } from './ports.js';

/** Contacts as people read them. */
@Injectable()
export class ContactDirectory {
  constructor(
    private readonly contacts: ContactRepository,
    private readonly visibility: ContactVisibility,
  ) {}

  async list({ cursor, limit }: PageQuery) {
    const found = await this.contacts.page(placeOf(cursor), limit + 1);
    const page = pageOf(found, limit, ({ id }) => encodeCursor([id]));
    return { ...page, data: await this.viewsOf(page.data) };
  }

  /** Agents see whom they chat with; supervisors and admins see everyone. */
  async get(caller: Caller, contactId: string): Promise<ContactView> {
    const contact = (await this.maySee(caller, contactId)) ? await this.contacts.get(contactId) : null;
    if (!contact) throw Problem.notFound('contact');
    return (await this.viewsOf([contact]))[0]!;
  }

  private async maySee(caller: Caller, contactId: string): Promise<boolean> {
    if (caller.role !== 'agent') return true;
    return caller.kind === 'user' && this.visibility.maySee(caller.id, contactId);
  }

  private async viewsOf(contacts: readonly Contact[]): Promise<ContactView[]> {
    const identities = await this.contacts.identitiesOf(contacts.map(({ id }) => id));
    return contacts.map((contact) =>
      viewOf(
        contact,
        identities.filter(({ contactId }) => contactId === contact.id),
      ),
    );
  }
}

function placeOf(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const [id] = decodeCursor(cursor, 1);
  if (!isId(id)) throw new Problem(400, 'invalid_cursor', 'The cursor is not one that this list has given out.');
  return id;
}

function viewOf(contact: Contact, identities: readonly Identity[]): ContactView {
  return {
    id: contact.id,
    name: contact.name,
    identities: identities.map(({ id, messenger, scope, externalId, name }) => ({
      id,
      messenger,
      scope,
      externalId,
      name,
    })),
    createdAt: contact.createdAt.toISOString(),
    updatedAt: contact.updatedAt.toISOString(),
  };
}
