import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsDefined, IsString, IsUUID, ValidateNested } from 'class-validator';
import { IsMoment, Omittable } from '#api-kit';
import type { Outcome } from '../ledger/outcome.js';
import { UnifiedAttachmentBody } from './unified-attachment.dto.js';

export class UnifiedSenderBody {
  /**
   * The person's id at the messenger
   * @example anna-17
   */
  @IsString()
  externalId: string;

  /** @example Anna Petrenko */
  @Omittable()
  @IsString()
  name?: string;
}

export class UnifiedChoiceBody {
  /** @example Yes, please */
  @IsString()
  title: string;

  /** @example CONFIRM */
  @Omittable()
  @IsString()
  payload?: string;
}

export class UnifiedReferralBody {
  /** @example spring */
  @Omittable()
  @IsString()
  ref?: string;

  /** @example newsletter */
  @Omittable()
  @IsString()
  source?: string;
}

/** What somebody wrote to one of our channels. Something of it must be visible: a text, an attachment or a choice. */
export class ReceiveMessageBody {
  /** The channel it came to */
  @ApiProperty({ example: '01939a3e-7c1e-7b6a-9a53-0242ac120005' })
  @IsUUID()
  channelId: string;

  /**
   * The messenger's id of the message. The same id on the same channel is the same message, however often it comes
   * @example m-1
   */
  @IsString()
  externalId: string;

  @IsDefined()
  @ValidateNested()
  @Type(() => UnifiedSenderBody)
  sender: UnifiedSenderBody;

  /** By the messenger's clock, in the years 2000 to 2099; now where it is left out or lies ahead */
  @ApiProperty({ required: false, format: 'date-time', example: '2026-11-22T09:30:00.000Z' })
  @Omittable()
  @IsMoment()
  sentAt?: string;

  /** @example Is the oak lamp in stock? */
  @Omittable()
  @IsString()
  text?: string;

  @ApiProperty({ required: false, type: [UnifiedAttachmentBody], maxItems: 100 })
  @Omittable()
  @IsArray()
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => UnifiedAttachmentBody)
  attachments?: UnifiedAttachmentBody[];

  /**
   * `externalId` of the message this one answers
   * @example out-1
   */
  @Omittable()
  @IsString()
  replyTo?: string;

  /**
   * The words of it that the answer is about
   * @example the oak lamp
   */
  @Omittable()
  @IsString()
  quote?: string;

  /** The button or quick reply that was pressed */
  @Omittable()
  @ValidateNested()
  @Type(() => UnifiedChoiceBody)
  choice?: UnifiedChoiceBody;

  /** Where the person came from */
  @Omittable()
  @ValidateNested()
  @Type(() => UnifiedReferralBody)
  referral?: UnifiedReferralBody;
}

/** What became of it. */
export class ReceivedMessageDto {
  /** `refused`: the channel is inactive; `quarantined`: the database would not have it */
  @ApiProperty({ enum: ['stored', 'refused', 'quarantined'], example: 'stored' })
  outcome: Outcome;

  /**
   * Why it was not stored
   * @example null
   */
  reason: string | null;

  /**
   * Whether it had come before: then nothing was changed
   * @example false
   */
  duplicate: boolean;

  /** @example 0199a3c4-8e21-7f0a-8a54-0f1c2d3e4f5a */
  messageId: string | null;

  /** @example 0199a3c4-1111-7c2e-9b4d-2f6f3f0b8a11 */
  chatId: string | null;

  /**
   * Its number in the chat
   * @example 1
   */
  seq: number | null;
}
