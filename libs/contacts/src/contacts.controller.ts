import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, ApiProblems, PageQuery, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { ContactDirectory } from './contact-directory.js';
import { ContactView } from './contacts.dto.js';

@ApiTags('contacts')
@Controller('v1/contacts')
export class ContactsController {
  constructor(private readonly contacts: ContactDirectory) {}

  @Get()
  @Allow('admin', 'supervisor')
  @ApiOperation({ operationId: 'listContacts', summary: 'List contacts, newest first' })
  @ApiPage(ContactView)
  @ApiProblems(400, 401, 403, 422, 429, 503)
  listContacts(@Query() query: PageQuery) {
    return this.contacts.list(query);
  }

  @Get(':contactId')
  @Allow('admin', 'supervisor', 'agent')
  @ApiOperation({ operationId: 'getContact', summary: 'Get a contact with its identities' })
  @ApiProblems(401, 403, 404, 429, 503)
  getContact(@UuidParam('contactId') contactId: string, @CurrentCaller() caller: Caller): Promise<ContactView> {
    return this.contacts.get(caller, contactId);
  }
}
