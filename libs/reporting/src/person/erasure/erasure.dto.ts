import { ApiProperty } from '@nestjs/swagger';

/** How far the erasing of a person has come. */
export class ErasureView {
  /** @example 01939a3e-7c1e-7b6a-9a53-0242ac120006 */
  id: string;

  /**
   * The contact that was; nothing else is known of it
   * @example 01939a3e-7c1e-7b6a-9a53-0242ac120003
   */
  contactId: string;

  @ApiProperty({ enum: ['running', 'done'], example: 'running' })
  state: 'running' | 'done';

  /**
   * What is being erased now; null when all is
   * @example messages
   */
  step: string | null;

  /** What was erased so far, by step */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' }, example: { messages: 412, files: 3 } })
  counts: Readonly<Record<string, number>>;

  /**
   * Who asked for it: `user:` or `key:` and an id
   * @example user:01939a3e-7c1e-7b6a-9a53-0242ac120009
   */
  requestedBy: string;

  /** @example 2026-11-22T10:00:00.000Z */
  requestedAt: string;

  /** @example 2026-11-22T10:00:04.000Z */
  finishedAt: string | null;
}
