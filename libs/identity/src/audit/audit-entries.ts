import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, type Page, pageOf, Problem } from '#api-kit';
import { isId } from '#database';
import type { AuditEntryDto, AuditQuery } from './audit.dto.js';
import { AuditRepository } from './audit.repository.js';

/** What was written down by `audit`. */
@Injectable()
export class AuditEntries {
  constructor(private readonly entries: AuditRepository) {}

  /** Newest first. */
  async page({ cursor, limit, ...filter }: AuditQuery): Promise<Page<AuditEntryDto>> {
    const before = cursor === undefined ? undefined : decodeCursor(cursor, 1)[0];
    if (before !== undefined && !isId(before)) throw Problem.unknownCursor();
    return pageOf(await this.entries.list(filter, before, limit + 1), limit, ({ id }) => encodeCursor([id]));
  }
}
