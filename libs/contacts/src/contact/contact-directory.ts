import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, pageOf, type Page, Problem } from '#api-kit';
import { isId, type Tx } from '#database';
import type { Caller } from '#identity';
import { ContactVisibility } from '../ports.js';
import type { ContactQuery, ContactView } from './contact.dto.js';
import type { Contact } from './contact.entity.js';
import { viewOf } from './contact-view.js';
import { ContactRepository } from './contact.repository.js';
import { wantedBy } from './words.js';

/** Contacts as people read them: agents those of the chats they may see, supervisors and admins everyone. */
@Injectable()
export class ContactDirectory {
  constructor(
    private readonly contacts: ContactRepository,
    private readonly visibility: ContactVisibility,
  ) {}

  /** Newest first; with `text` those it is found in. */
  async list(caller: Caller, { cursor, limit, text }: ContactQuery): Promise<Page<ContactView>> {
    const found = await this.contacts.page({
      before: placeOf(cursor),
      limit: limit + 1,
      wanted: text === undefined ? undefined : wantedBy(text),
      among: await this.allSeenBy(caller),
    });
    const page = pageOf(found, limit, ({ id }) => encodeCursor([id]));
    return { ...page, data: await this.viewsOf(page.data) };
  }

  async get(caller: Caller, contactId: string): Promise<ContactView> {
    const contact = await this.contacts.get(await this.require(caller, contactId));
    if (!contact) throw Problem.notFound('contact');
    return (await this.viewsOf([contact]))[0]!;
  }

  /**
   * The contact that answers to this id today: after a merge the one it was merged into. Problem 404 where there is none, or
   * none that the caller may see; with the `pointer` to where it was named, if that is not the address.
   */
  async require(caller: Caller, contactId: string, tx?: Tx, pointer?: string): Promise<string> {
    const id = await this.contacts.currentId(contactId, tx);
    if (id === undefined || !(await this.maySee(caller, id, tx))) throw Problem.notFound('contact', pointer);
    return id;
  }

  /** A contact as it is within this transaction. */
  async view(tx: Tx, contact: Contact): Promise<ContactView> {
    return viewOf(contact, await this.contacts.identitiesOf([contact.id], tx));
  }

  /** The same by its id, for ids that `require` has given in this transaction. */
  async viewById(tx: Tx, id: string): Promise<ContactView> {
    const contact = await this.contacts.get(id, tx);
    if (!contact) throw Problem.notFound('contact');
    return this.view(tx, contact);
  }

  private async maySee(caller: Caller, contactId: string, tx?: Tx): Promise<boolean> {
    if (caller.role !== 'agent') return true;
    return caller.kind === 'user' && this.visibility.maySee(caller.id, contactId, tx);
  }

  private async allSeenBy(caller: Caller): Promise<readonly string[] | undefined> {
    if (caller.role !== 'agent') return undefined;
    return caller.kind === 'user' ? this.visibility.seenBy(caller.id) : [];
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
  if (!isId(id)) throw Problem.unknownCursor();
  return id;
}
