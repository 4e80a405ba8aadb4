import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, ApiProblems, type Page } from '#api-kit';
import { Allow } from '../access/access.js';
import { AuditEntryDto, AuditQuery } from './audit.dto.js';
import { AuditEntries } from './audit-entries.js';

@ApiTags('audit')
@Controller('v1/audit')
@Allow('admin')
export class AuditController {
  constructor(private readonly entries: AuditEntries) {}

  @Get()
  @ApiOperation({
    operationId: 'listAuditEntries',
    summary: 'Who changed what, newest first',
    description: 'Entries are written in the transaction of the change, never changed, never removed.',
  })
  @ApiPage(AuditEntryDto)
  @ApiProblems(422)
  listAuditEntries(@Query() query: AuditQuery): Promise<Page<AuditEntryDto>> {
    return this.entries.page(query);
  }
}
