import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, ApiProblems, type Page, PageQuery, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { ContactView } from '../contact/contact.dto.js';
import { MergeContacts } from './merge-contacts.js';
import { MergeContact, MergeView } from './merge.dto.js';

@ApiTags('contacts')
@Allow('admin', 'supervisor', 'agent')
@Controller('v1/contacts/:contactId')
export class MergeController {
  constructor(private readonly merges: MergeContacts) {}

  @Post('merge')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'mergeContacts',
    summary: 'Merge another contact into this one',
    description:
      'Identities and chats of the other contact move here; its id answers with this contact from then on. Of each field stays what this contact has, else what the other has; both notes and all attributes stay. Repeating it changes nothing.',
  })
  @ApiOkResponse({ type: ContactView })
  @ApiProblems(404, 422)
  mergeContacts(
    @UuidParam('contactId') contactId: string,
    @Body() { from }: MergeContact,
    @CurrentCaller() caller: Caller,
  ): Promise<ContactView> {
    return this.merges.mergeContacts(caller, contactId, from.toLowerCase());
  }

  @Get('merges')
  @ApiOperation({ operationId: 'listContactMerges', summary: 'What was merged into this contact, latest first' })
  @ApiPage(MergeView)
  @ApiProblems(400, 404)
  listContactMerges(
    @UuidParam('contactId') contactId: string,
    @Query() query: PageQuery,
    @CurrentCaller() caller: Caller,
  ): Promise<Page<MergeView>> {
    return this.merges.listContactMerges(caller, contactId, query);
  }
}
