import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventsModule } from '#events';
import { ContactController } from './contact/contact.controller.js';
import { ContactDirectory } from './contact/contact-directory.js';
import { Contact } from './contact/contact.entity.js';
import { ContactNews } from './contact/contact-news.js';
import { ContactRepository } from './contact/contact.repository.js';
import { EditContact } from './contact/edit-contact.js';
import { ContactBook } from './identity/contact-book.js';
import { Identity } from './identity/identity.entity.js';
import { IdentityRepository } from './identity/identity.repository.js';
import { ProfileJob } from './identity/profile-job.js';

const contacts = [ContactDirectory, ContactNews, ContactRepository, EditContact];
const identities = [ContactBook, IdentityRepository, ProfileJob];

/** Needs the ports `ProfileSource` and `ContactVisibility` from a global module above. */
@Module({
  imports: [TypeOrmModule.forFeature([Contact, Identity]), EventsModule],
  controllers: [ContactController],
  providers: [...contacts, ...identities],
  exports: [ContactBook, ContactDirectory],
})
export class ContactsModule {}
