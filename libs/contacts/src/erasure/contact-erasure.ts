import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { ContactRepository } from '../contact/contact.repository.js';
import { IdentityRepository } from '../identity/identity.repository.js';
import { type ErasedIdentity, ErasureRepository } from './erasure.repository.js';

/** Who is not known any more, and by which ids they were. */
export interface Forgotten {
  readonly contactId: string;
  /** With those that were merged into it. */
  readonly contactIds: readonly string[];
  readonly identities: readonly ErasedIdentity[];
}

/** Forgets who a contact is. */
@Injectable()
export class ContactErasure {
  constructor(
    private readonly contacts: ContactRepository,
    private readonly identities: IdentityRepository,
    private readonly erasures: ErasureRepository,
  ) {}

  /**
   * Removes the contact, and from its identities all but the rows that chats refer to. Waits for messages of the person that
   * are opening a chat right now; whatever the person writes after the commit comes from a stranger. Undefined when there is
   * no such contact.
   */
  async forget(tx: Tx, contactId: string): Promise<Forgotten | undefined> {
    await this.identities.takeTurn(tx);
    const id = await this.contacts.currentId(contactId, tx);
    if (id === undefined) return undefined;
    const identities = await this.erasures.forgetIdentities(tx, id);
    const contactIds = [id, ...(await this.erasures.mergedInto(tx, id))];
    await this.contacts.remove(tx, id);
    return { contactId: id, contactIds, identities };
  }
}
