import { Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiPage, ApiProblems, type Page, PageQuery, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { ErasureView } from './erasure/erasure.dto.js';
import { Erasures } from './erasure/erasures.js';
import { PersonExport } from './export/person-export.js';

@ApiTags('contacts')
@Allow('admin')
@Controller('v1')
export class PersonController {
  constructor(
    private readonly erasures: Erasures,
    private readonly exports: PersonExport,
  ) {}

  @Post('contacts/:contactId/erase')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'eraseContact',
    summary: 'Erase a person: names, ids, texts and files, for good',
    description:
      'Who it was is forgotten at once, and open chats are closed; what was said follows in the background, see `GET /v1/erasures/{erasureId}`. Chats stay as numbers. Asked again, the same erasure is answered.',
  })
  @ApiAcceptedResponse({ type: ErasureView })
  @ApiProblems(404)
  eraseContact(@UuidParam('contactId') contactId: string, @CurrentCaller() caller: Caller): Promise<ErasureView> {
    return this.erasures.eraseContact(caller, contactId);
  }

  @Get('erasures')
  @ApiOperation({ operationId: 'listErasures', summary: 'Who was erased when and by whom, latest first' })
  @ApiPage(ErasureView)
  @ApiProblems(400)
  listErasures(@Query() query: PageQuery): Promise<Page<ErasureView>> {
    return this.erasures.listErasures(query);
  }

  @Get('erasures/:erasureId')
  @ApiOperation({ operationId: 'getErasure', summary: 'How far the erasing of a person has come' })
  @ApiOkResponse({ type: ErasureView })
  @ApiProblems(404)
  getErasure(@UuidParam('erasureId') erasureId: string): Promise<ErasureView> {
    return this.erasures.getErasure(erasureId);
  }

  @Get('contacts/:contactId/export')
  @ApiOperation({
    operationId: 'exportContact',
    summary: 'Everything that is kept of a person, as one JSON document',
    description:
      'The contact, what was merged into it, and all its chats with their messages and links to files (which end after a while). The document is written while it is read; it is whole when its last member, `complete`, is true.',
  })
  @ApiOkResponse({ description: 'The document', content: { 'application/json': { schema: { type: 'object' } } } })
  @ApiProblems(404)
  async exportContact(
    @UuidParam('contactId') contactId: string,
    @CurrentCaller() caller: Caller,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { name, body } = await this.exports.of(caller, contactId);
    void reply.headers({
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': `attachment; filename="${name}"`,
    });
    void reply.send(body);
  }
}
