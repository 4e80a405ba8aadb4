import { Body, Controller, Delete, Get, HttpCode, Post, Put, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { answerOnce, ApiProblems, IdempotencyKey, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { ContactView, IdentityView } from '../contact/contact.dto.js';
import { IdentityAccess } from './identity-access.js';
import { GuestContact, IdentityLink } from './identity.dto.js';
import { LinkIdentity } from './link-identity.js';
import { MakeContact } from './make-contact.js';

@ApiTags('contacts')
@Allow('admin', 'supervisor', 'agent')
@Controller('v1/identities/:identityId')
export class IdentityController {
  constructor(
    private readonly identities: IdentityAccess,
    private readonly links: LinkIdentity,
    private readonly makes: MakeContact,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'getIdentity', summary: 'Get a person as one messenger knows them, guests too' })
  @ApiOkResponse({ type: IdentityView })
  @ApiProblems(404)
  getIdentity(@UuidParam('identityId') identityId: string, @CurrentCaller() caller: Caller): Promise<IdentityView> {
    return this.identities.getIdentity(caller, identityId);
  }

  @Post('contact')
  @ApiOperation({ operationId: 'createContactOfGuest', summary: 'Make a contact of a guest' })
  @ApiCreatedResponse({ type: ContactView })
  @ApiProblems(404, 409, 422)
  async createContactOfGuest(
    @UuidParam('identityId') identityId: string,
    @Body() wish: GuestContact,
    @CurrentCaller() caller: Caller,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ContactView> {
    return answerOnce(reply, await this.makes.createContactOfGuest(caller, key, identityId, wish));
  }

  @Put('contact')
  @ApiOperation({ operationId: 'linkIdentity', summary: 'Say which contact a person is; their chats move along' })
  @ApiOkResponse({ type: ContactView })
  @ApiProblems(404, 422)
  linkIdentity(
    @UuidParam('identityId') identityId: string,
    @Body() { contactId }: IdentityLink,
    @CurrentCaller() caller: Caller,
  ): Promise<ContactView> {
    return this.links.linkIdentity(caller, identityId, contactId.toLowerCase());
  }

  @Delete('contact')
  @HttpCode(204)
  @ApiOperation({ operationId: 'unlinkIdentity', summary: 'Make a person a guest again; the contact stays' })
  @ApiProblems(404)
  unlinkIdentity(@UuidParam('identityId') identityId: string, @CurrentCaller() caller: Caller): Promise<void> {
    return this.links.unlinkIdentity(caller, identityId);
  }
}
