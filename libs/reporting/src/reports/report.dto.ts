import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsString, IsUUID, Matches, MaxLength } from 'class-validator';
import { Omittable } from '#api-kit';

export const UNITS = ['day', 'week', 'month', 'all'] as const;
export type Unit = (typeof UNITS)[number];

export const GROUPS = ['queue', 'channel', 'agent', 'all'] as const;
export type Group = (typeof GROUPS)[number];

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Which days a report is about. */
export class PeriodQuery {
  /**
   * First day
   * @example "2026-11-01"
   */
  @Matches(DAY, { message: '$property must be a day such as 2026-11-22' })
  @ApiProperty({ format: 'date' })
  from: string;

  /**
   * Last day; at most 366 days
   * @example "2026-11-30"
   */
  @Matches(DAY, { message: '$property must be a day such as 2026-11-22' })
  @ApiProperty({ format: 'date' })
  to: string;

  /**
   * Whose days these are: a name of the IANA database
   * @example "Europe/Berlin"
   */
  @Omittable()
  @IsString()
  @MaxLength(60)
  @ApiPropertyOptional({ default: 'UTC' })
  timeZone?: string;

  /** A row for each day, each week from Monday, each month, or one for all days together */
  @Omittable()
  @IsIn(UNITS)
  @ApiPropertyOptional({ enum: UNITS, default: 'day' })
  unit?: Unit;

  /** Only of this agent; for agents always they themselves */
  @Omittable()
  @IsUUID()
  agentId?: string;
}

export class ChatsReportQuery extends PeriodQuery {
  /** A row for each queue, channel or agent (who held the chat last), or one for all of them together */
  @Omittable()
  @IsIn(GROUPS)
  @ApiPropertyOptional({ enum: GROUPS, default: 'all' })
  by?: Group;

  @Omittable()
  @IsUUID()
  queueId?: string;

  @Omittable()
  @IsUUID()
  channelId?: string;
}

/** How a report looks as a file. */
function ForFiles(): PropertyDecorator {
  return (target, key) => {
    Omittable()(target, key);
    Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))(
      target,
      key,
    );
    IsBoolean()(target, key);
  };
}

export class ChatsFileQuery extends ChatsReportQuery {
  /** Begins with a byte order mark, by which some spreadsheets know that it is UTF-8 */
  @ForFiles()
  @ApiPropertyOptional({ default: false })
  bom?: boolean;
}

export class PeriodFileQuery extends PeriodQuery {
  /** Begins with a byte order mark, by which some spreadsheets know that it is UTF-8 */
  @ForFiles()
  @ApiPropertyOptional({ default: false })
  bom?: boolean;
}

class RowDto {
  /**
   * First day of the row, within the days asked for
   * @example "2026-11-22"
   */
  @ApiProperty({ format: 'date' })
  period: string;
}

@ApiSchema({ name: 'ChatsReportRow' })
export class ChatsRowDto extends RowDto {
  /** The queue, channel or agent; null for all together, and for chats that nobody held */
  id: string | null;
  /** @example "Support" */
  name: string | null;
  /** Chats opened
   * @example 120 */
  opened: number;
  /** Chats closed: all that follows is about these
   * @example 118 */
  closed: number;
  /** @example 90 */
  closedByAgent: number;
  /** @example 8 */
  closedBySupervisor: number;
  /** @example 20 */
  closedByTimeout: number;
  /** Closed before anybody accepted them
   * @example 3 */
  neverAccepted: number;
  /** What contacts said
   * @example 640 */
  inboundMessages: number;
  /** What was answered
   * @example 590 */
  outboundMessages: number;
  /** Seconds from opened to accepted, or to closed where nobody accepted; without chats that one of ours began, in which nobody waits
   * @example 41.5 */
  waitingMean: number | null;
  /** @example 20 */
  waitingMedian: number | null;
  /** Nine of ten chats waited no longer
   * @example 95 */
  waitingP90: number | null;
  /** Seconds from opened to accepted, without chats that one of ours began
   * @example 40.1 */
  acceptMean: number | null;
  /** @example 19 */
  acceptMedian: number | null;
  /** @example 91 */
  acceptP90: number | null;
  /** Seconds from opened to a person’s first answer, without chats that one of ours began
   * @example 77.3 */
  firstReplyMean: number | null;
  /** @example 52 */
  firstReplyMedian: number | null;
  /** @example 160 */
  firstReplyP90: number | null;
  /** Seconds from opened to closed
   * @example 5400 */
  durationMean: number | null;
  /** @example 3600 */
  durationMedian: number | null;
  /** @example 14400 */
  durationP90: number | null;
}

@ApiSchema({ name: 'LoadReportRow' })
export class LoadRowDto extends RowDto {
  agentId: string;
  /** @example "Ada Lovelace" */
  agentName: string;
  /** Chats that came to the agent, accepted or handed over
   * @example 14 */
  taken: number;
  /** Seconds the agent held chats, summed over the chats
   * @example 43200 */
  heldSeconds: number;
  /** How many chats the agent held on average, up to now
   * @example 0.5 */
  averageChats: number;
}

@ApiSchema({ name: 'StatesReportRow' })
export class StateRowDto extends RowDto {
  agentId: string;
  /** @example "Ada Lovelace" */
  agentName: string;
  /** @example "active" */
  state: string;
  /** Whether the agent got new chats meanwhile */
  available: boolean;
  /** Seconds spent in it, up to now
   * @example 28800 */
  seconds: number;
}

@ApiSchema({ name: 'ChatsReport' })
export class ChatsReportDto {
  /** By period, then name; what has nothing to tell is left out */
  data: ChatsRowDto[];
}

@ApiSchema({ name: 'LoadReport' })
export class LoadReportDto {
  /** By period, then name */
  data: LoadRowDto[];
}

@ApiSchema({ name: 'StatesReport' })
export class StatesReportDto {
  /** By period, then name, then state */
  data: StateRowDto[];
}
