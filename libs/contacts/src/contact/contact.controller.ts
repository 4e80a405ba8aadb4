import { Body, Controller, Get, Patch, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, ApiProblems, type Page, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { ContactDirectory } from './contact-directory.js';
import { ContactQuery, ContactView, UpdateContact } from './contact.dto.js';
import { EditContact } from './edit-contact.js';

@ApiTags('contacts')
@Allow('admin', 'supervisor', 'agent')
@Controller('v1/contacts')
export class ContactController {
  constructor(
    private readonly contacts: ContactDirectory,
    private readonly edit: EditContact,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listContacts', summary: 'List or find the contacts the caller may see, newest first' })
  @ApiPage(ContactView)
  @ApiProblems(400, 401, 403, 422, 429, 503)
  listContacts(@CurrentCaller() caller: Caller, @Query() query: ContactQuery): Promise<Page<ContactView>> {
    return this.contacts.list(caller, query);
  }

  @Get(':contactId')
  @ApiOperation({
    operationId: 'getContact',
    summary: 'Get a contact with its identities; a merged one answers with the contact it was merged into',
  })
  @ApiOkResponse({ type: ContactView })
  @ApiProblems(401, 403, 404, 429, 503)
  getContact(@UuidParam('contactId') contactId: string, @CurrentCaller() caller: Caller): Promise<ContactView> {
    return this.contacts.get(caller, contactId);
  }

  @Patch(':contactId')
  @ApiOperation({ operationId: 'updateContact', summary: 'Change what is kept of a contact' })
  @ApiOkResponse({ type: ContactView })
  @ApiProblems(404, 422)
  updateContact(
    @UuidParam('contactId') contactId: string,
    @Body() wish: UpdateContact,
    @CurrentCaller() caller: Caller,
  ): Promise<ContactView> {
    return this.edit.updateContact(caller, contactId, wish);
  }
}
