import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsUUID } from 'class-validator';
import { PageQuery } from '#api-kit';
import { IfGiven } from '../given-text.js';

export const CHAT_FILTERS = ['mine', 'waiting', 'closed', 'all'] as const;
export type ChatFilter = (typeof CHAT_FILTERS)[number];

export class ChatQuery extends PageQuery {
  /**
   * `mine` (default): open chats I hold, newest message first. `waiting`: chats waiting in my queues while I am active,
   * longest waiting first. `closed`: chats I held (supervisors and admins: all closed ones), last closed first. `all`:
   * every chat, last opened first; for supervisors and admins
   */
  @IfGiven()
  @IsIn(CHAT_FILTERS)
  @ApiPropertyOptional({ enum: CHAT_FILTERS })
  filter?: ChatFilter;

  @IfGiven()
  @IsUUID()
  queueId?: string;

  @IfGiven()
  @IsUUID()
  channelId?: string;

  /** Only chats with unread messages; with `mine` and `waiting` */
  @IfGiven()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  unread?: boolean;
}
