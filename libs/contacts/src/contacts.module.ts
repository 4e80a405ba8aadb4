import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventsModule } from '#events';
import { ContactBook } from './contact-book.js';
import { ContactDirectory } from './contact-directory.js';
import { Contact } from './contact.entity.js';
import { ContactRepository } from './contact.repository.js';
import { ContactsController } from './contacts.controller.js';
import { Identity } from './identity.entity.js';
import { IdentityRepository } from './identity.repository.js';
import { ProfileJob } from './profile-job.js';

/** Needs the ports `ProfileSource` and `ContactVisibility` from a global module above. */
@Module({
  imports: [TypeOrmModule.forFeature([Contact, Identity]), EventsModule],
  controllers: [ContactsController],
  providers: [ContactBook, ContactDirectory, ContactRepository, IdentityRepository, ProfileJob],
  exports: [ContactBook],
})
export class ContactsModule {}
