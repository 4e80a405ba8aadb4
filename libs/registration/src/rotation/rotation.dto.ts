import { ApiProperty } from '@nestjs/swagger';
import { Omittable, WholeNumber } from '#api-kit';
import { ChannelView } from '../channels.dto.js';

/** How the change of a secret shall go. */
export class RotateSecret {
  /**
   * For how many hours calls under the old secret are taken as well; 0 where somebody else may know it
   * @example 24
   */
  @Omittable()
  @WholeNumber(0, 720)
  keepOldHours?: number = 24;
}

/** A channel with a new webhook secret. */
export class RotatedChannel extends ChannelView {
  /** To be given to the connected system, shown in this answer only; null where the messenger was told already */
  @ApiProperty({
    type: 'object',
    nullable: true,
    additionalProperties: { type: 'string' },
    example: null,
  })
  secrets: Readonly<Record<string, string>> | null;
}
