import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsBoolean, IsString, Matches, MaxLength } from 'class-validator';
import { IsMoment, Omittable } from '#api-kit';

/** Events that match all that is given; those that are shown stay as they are. */
export class ReplayBody {
  /** Deduplication keys, as the quarantine list gives them */
  @ApiProperty({ required: false, type: [String], example: ['message:m_AbC'] })
  @Omittable()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(1000)
  @IsString({ each: true })
  @MaxLength(500, { each: true })
  @Matches(/^[^\0]+$/, { each: true, message: 'each value in keys must be a key as the quarantine list gives it' })
  keys?: string[];

  /** Came in at this time or later */
  @ApiProperty({ required: false, format: 'date-time', example: '2026-11-22T09:00:00.000Z' })
  @Omittable()
  @IsMoment()
  from?: string;

  /** Came in before this time */
  @ApiProperty({ required: false, format: 'date-time', example: '2026-11-22T10:00:00.000Z' })
  @Omittable()
  @IsMoment()
  to?: string;

  /** Leaves out what was ignored, refused or stored as `unsupported` */
  @ApiProperty({ required: false, default: false, example: true })
  @Omittable()
  @IsBoolean()
  quarantinedOnly?: boolean;
}

/** A replay that was ordered. */
export class ReplayDto {
  @ApiProperty({ example: '0199a3c4-1111-7c2e-9b4d-2f6f3f0b8a11' })
  channelId: string;

  /** How many events will be looked at: not stored or not understood so far, and their raw form is still kept */
  @ApiProperty({ example: 3 })
  events: number;
}
