import { ApiProperty } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';

export class MergeContact {
  /**
   * The contact that shall become part of the one in the address
   * @example 01939a3e-7c1e-7b6a-9a53-0242ac120004
   */
  @IsUUID()
  from: string;
}

/** A contact that was merged into another, as it was then. */
export class MergeView {
  /**
   * Its id, which answers for the other contact now
   * @example 01939a3e-7c1e-7b6a-9a53-0242ac120004
   */
  contactId: string;

  /**
   * Whom it was merged into; that one may have been merged since
   * @example 01939a3e-7c1e-7b6a-9a53-0242ac120003
   */
  intoId: string;

  /**
   * Who did it: `user:` or `key:` and an id
   * @example user:01939a3e-7c1e-7b6a-9a53-0242ac120009
   */
  mergedBy: string;

  /** @example 2026-11-22T10:00:00.000Z */
  mergedAt: string;

  /** @example Anna S. */
  name: string | null;

  /** @example anna@example.com */
  email: string | null;

  /** @example +49 30 1234567 */
  phone: string | null;

  /** @example de */
  language: string | null;

  /** @example Prefers mornings. */
  note: string | null;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { customerNumber: '4711' } })
  attributes: Readonly<Record<string, string>>;

  /** @example 2026-11-22T10:00:00.000Z */
  createdAt: string;

  /**
   * Whom the messengers knew it as
   * @example ["01939a3e-7c1e-7b6a-9a53-0242ac120002"]
   */
  identityIds: string[];
}
