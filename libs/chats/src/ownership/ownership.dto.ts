import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';
import { NamedDto } from '../chat/chat.dto.js';
import { IfGiven, OneLine } from '../given-text.js';
import { BEGINNINGS, type Beginning, type End, ENDS } from './stretch.repository.js';

/** Either `agentId` or `queueId`. */
export class TransferChatDto {
  /** Who shall hold the chat */
  @IfGiven()
  @IsUUID()
  @ApiPropertyOptional({ example: '019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e11' })
  agentId?: string;

  /** Where the chat shall wait */
  @IfGiven()
  @IsUUID()
  @ApiPropertyOptional({ example: '019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e13' })
  queueId?: string;

  /**
   * Why, in a word or two; reports may count by it
   * @example "language"
   */
  @IfGiven()
  @OneLine(100)
  reason?: string;

  /**
   * What the next one should know. It stands in the chat's system line and never leaves the house
   * @example "Speaks French only, asks for the invoice of October"
   */
  @IfGiven()
  @OneLine(1000)
  comment?: string;
}

/** A time during which one agent held the chat. */
export class OwnershipDto {
  agent: NamedDto;
  beganAt: Date;
  /** How they came by it */
  @ApiProperty({ enum: BEGINNINGS, example: 'accepted' })
  beganHow: Beginning;
  /** Whose doing it was; null where it was a program’s */
  beganBy: NamedDto | null;
  /** Null while they hold it */
  endedAt: Date | null;
  @ApiProperty({ enum: [...ENDS, null], type: String, nullable: true, example: 'transferred' })
  endedHow: End | null;
  /** Null where it was a program’s doing, or a timeout’s */
  endedBy: NamedDto | null;
  /** Of the transfer that ended it */
  reason: string | null;
  /** Of the transfer that ended it */
  comment: string | null;
}
