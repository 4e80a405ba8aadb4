import { Module } from '@nestjs/common';
import { ChatsModule } from '#chats';
import { ContactsModule } from '#contacts';
import { EventsModule } from '#events';
import { PersonController } from './person/person.controller.js';
import { PERSON } from './person/person-providers.js';
import { REPORT_CONTROLLERS, REPORTS } from './reports/reports-providers.js';
import { SEARCH, SEARCH_CONTROLLERS } from './search/search-providers.js';

/** Reads across the rooms below, and what concerns all of them at once. */
@Module({
  imports: [ChatsModule, ContactsModule, EventsModule],
  controllers: [PersonController, ...REPORT_CONTROLLERS, ...SEARCH_CONTROLLERS],
  providers: [...PERSON, ...REPORTS, ...SEARCH],
})
export class ReportingModule {}
