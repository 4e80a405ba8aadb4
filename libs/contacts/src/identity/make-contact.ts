import { Injectable } from '@nestjs/common';
import { Idempotency, type OnceAnswer, Problem } from '#api-kit';
import { Database, newId, type Tx } from '#database';
import { audit, callerKey, type Caller } from '#identity';
import type { ContactView } from '../contact/contact.dto.js';
import { ContactNews } from '../contact/contact-news.js';
import { ContactRepository } from '../contact/contact.repository.js';
import { viewOf } from '../contact/contact-view.js';
import { IdentityAccess } from './identity-access.js';
import type { GuestContact } from './identity.dto.js';
import { IdentityRepository } from './identity.repository.js';

/** Makes a contact of a guest. */
@Injectable()
export class MakeContact {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly access: IdentityAccess,
    private readonly identities: IdentityRepository,
    private readonly contacts: ContactRepository,
    private readonly news: ContactNews,
  ) {}

  /** Named as the messenger names the person unless told otherwise. Problem 409 for whoever is a contact already. */
  createContactOfGuest(
    caller: Caller,
    key: string | undefined,
    identityId: string,
    wish: GuestContact,
  ): Promise<OnceAnswer<ContactView>> {
    const route = `POST /v1/identities/${identityId}/contact`;
    return this.database.transaction((tx) =>
      this.idempotency.once(tx, { caller: callerKey(caller), route, key, request: wish }, async () => ({
        status: 201,
        body: await this.make(tx, caller, identityId, wish.name),
      })),
    );
  }

  private async make(tx: Tx, caller: Caller, identityId: string, name?: string): Promise<ContactView> {
    await this.identities.takeTurn(tx);
    const identity = await this.access.require(caller, identityId, tx);
    const { contactId } = identity;
    if (contactId !== null) {
      throw Problem.conflict('already_linked', 'This person is a contact already.', { contactId });
    }
    const contact = await this.contacts.add(tx, newId(), name ?? identity.name);
    await this.identities.assign(tx, identityId, contact.id);
    await this.news.identityChanged(tx, identity, contact.id);
    const [before, after] = [{ contactId }, { contactId: contact.id }];
    await audit(tx, { action: 'identity.linked', subjectId: identityId, before, after });
    return viewOf(contact, [{ ...identity, contactId: contact.id }]);
  }
}
