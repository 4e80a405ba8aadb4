import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '#database';
import { audit, type Caller } from '#identity';
import type { ContactView } from '../contact/contact.dto.js';
import { ContactDirectory } from '../contact/contact-directory.js';
import { ContactNews } from '../contact/contact-news.js';
import { IdentityAccess } from './identity-access.js';
import { IdentityRepository } from './identity.repository.js';

/** Says which contact a person is. Their chats go where they go, open ones too. */
@Injectable()
export class LinkIdentity {
  constructor(
    private readonly database: Database,
    private readonly access: IdentityAccess,
    private readonly identities: IdentityRepository,
    private readonly directory: ContactDirectory,
    private readonly news: ContactNews,
  ) {}

  /** Whatever the person was before, a guest or another contact. Repeating it changes nothing. */
  linkIdentity(caller: Caller, identityId: string, contactId: string): Promise<ContactView> {
    return this.database.transaction(async (tx) => {
      await this.identities.takeTurn(tx);
      const identity = await this.access.require(caller, identityId, tx);
      const id = await this.directory.require(caller, contactId, tx, '#/contactId');
      if (identity.contactId !== id) {
        await this.identities.assign(tx, identityId, id);
        await this.news.identityChanged(tx, identity, id);
        await noted(tx, 'identity.linked', identity, id);
      }
      return this.directory.viewById(tx, id);
    });
  }

  /** The person is a guest from now on; the contact stays. */
  async unlinkIdentity(caller: Caller, identityId: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.identities.takeTurn(tx);
      const identity = await this.access.require(caller, identityId, tx);
      if (identity.contactId === null) return;
      await this.identities.assign(tx, identityId, null);
      await this.news.identityChanged(tx, identity, null);
      await noted(tx, 'identity.unlinked', identity, null);
    });
  }
}

interface Linked {
  readonly id: string;
  readonly contactId: string | null;
}

function noted(tx: Tx, action: `identity.${string}`, { id, contactId }: Linked, to: string | null): Promise<void> {
  return audit(tx, { action, subjectId: id, before: { contactId }, after: { contactId: to } });
}
