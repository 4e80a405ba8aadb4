import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { WholeNumberInQuery } from '#api-kit';

/** A fact that happened, as the stream, lists and webhooks tell it. */
@ApiSchema({ name: 'Event' })
export class EventDto {
  /**
   * Unique and opaque; also the cursor that stands right behind this event
   * @example "WyJrM2Y5YVhRMSIsIjc0MiIsIjEwOCJd"
   */
  id: string;
  /** @example "message.received" */
  type: string;
  at: Date;
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  chatId: string | null;
  /**
   * The message's number in its chat
   * @example 3
   */
  seq: number | null;
  /** The state after the change; its members depend on the type. Members and types may be added */
  @ApiProperty({ type: 'object', additionalProperties: true })
  data: unknown;
}

@ApiSchema({ name: 'Events' })
export class EventsDto {
  data: EventDto[];
  /** `after` of the next request; also where nothing was found */
  cursor: string;
  /** There is more to read right now */
  more: boolean;
}

@ApiSchema({ name: 'EventCursor' })
export class EventCursorDto {
  /** @example "WyJrM2Y5YVhRMSIsIjc0MyIsIjAiXQ" */
  cursor: string;
}

export class EventQuery {
  /** A cursor: `cursor` of the last answer, an event's `id`. Without it: from the oldest event that is kept */
  @IsOptional()
  @IsString()
  @MaxLength(500)
  after?: string;

  /** How many events at most */
  @ApiPropertyOptional()
  @IsOptional()
  @WholeNumberInQuery(1, 100)
  limit: number = 50;
}
