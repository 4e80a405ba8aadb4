import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventsModule } from '#events';
import { ContactController } from './contact/contact.controller.js';
import { ContactDirectory } from './contact/contact-directory.js';
import { Contact } from './contact/contact.entity.js';
import { ContactNews } from './contact/contact-news.js';
import { ContactRepository } from './contact/contact.repository.js';
import { EditContact } from './contact/edit-contact.js';
import { ContactErasure } from './erasure/contact-erasure.js';
import { ErasureRepository } from './erasure/erasure.repository.js';
import { ContactBook } from './identity/contact-book.js';
import { Identity } from './identity/identity.entity.js';
import { IdentityAccess } from './identity/identity-access.js';
import { IdentityController } from './identity/identity.controller.js';
import { IdentityRepository } from './identity/identity.repository.js';
import { LinkIdentity } from './identity/link-identity.js';
import { MakeContact } from './identity/make-contact.js';
import { ProfileJob } from './identity/profile-job.js';
import { MergeContacts } from './merge/merge-contacts.js';
import { MergeController } from './merge/merge.controller.js';
import { MergeRepository } from './merge/merge.repository.js';

const contacts = [ContactDirectory, ContactNews, ContactRepository, EditContact];
const identities = [ContactBook, IdentityAccess, IdentityRepository, LinkIdentity, MakeContact, ProfileJob];
const merges = [MergeContacts, MergeRepository];
const erasure = [ContactErasure, ErasureRepository];

/** Needs the ports `ProfileSource` and `ContactVisibility` from a global module above. */
@Module({
  imports: [TypeOrmModule.forFeature([Contact, Identity]), EventsModule],
  controllers: [ContactController, MergeController, IdentityController],
  providers: [...contacts, ...identities, ...merges, ...erasure],
  exports: [ContactBook, ContactDirectory, ContactErasure, MergeContacts],
})
export class ContactsModule {}
